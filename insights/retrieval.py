"""The sentences of the summaries that are nearest to a question, without a language model."""

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifier.engines import embedded_engine
from classifier.models.search import fold, stem
from insights.sources import Passage, Source, passages
from reports.naming import STOP_WORDS, WORD

Floats = npt.NDArray[np.float32]

MOST_PASSAGES = 3
# A sentence as near as this answers, and others that are not much farther do too. Tuned on the set's half `ajuste`.
NEAR_ENOUGH = 0.88
NEAR_ENOUGH_BY_WORDS = 0.34
FALL_OFF = 0.05
WEIGHT_OF_WORDS = 0.12

# Folded words that ask, and say nothing of what is asked about.
FRAMING = {stem(word) for word in Path(__file__).with_name("framing_words.txt").read_text("utf-8").split()}
# What somebody asks for who names no subject: a beginning of the question's word, and the summaries' words for it.
INTENTS = {
    "reclam": "critica recorrente",
    "queix": "critica recorrente",
    "incomod": "critica recorrente",
    "problem": "critica recorrente",
    "irrit": "critica recorrente",
    "ped": "sugestoes destacam",
    "suger": "sugestoes destacam",
    "solicit": "sugestoes destacam",
    "gost": "elogios",
    "agrad": "elogios",
    "pergunt": "duvidas",
    "melhor": "vale",
    "corrig": "vale",
    "mudar": "vale",
}
NAME = re.compile(r"(?<=[\w,;:] )(?:[A-ZÀ-Ý][\w-]*|[a-z]+[A-Z]\w*)")


def nearest(question: str, sources: Sequence[Source]) -> list[Passage]:
    """The sentences that answer, the nearest first: three at most, and none where nothing is near enough.

    A name in the question that no summary has is about something else, however near the rest may be.
    """
    candidates = [passage for source in sources for passage in passages(source)]
    if not candidates or unknown_names(question, sources):
        return []
    asked = subject(question)
    overlap = np.array([shared(asked, words(passage.text)) for passage in candidates], np.float32)
    likeness = likenesses(question, sources)
    if likeness is None:
        scores, least = overlap, NEAR_ENOUGH_BY_WORDS
    else:
        scores, least = likeness + WEIGHT_OF_WORDS * overlap, NEAR_ENOUGH
    order = np.argsort(-scores, kind="stable")
    best = float(scores[order[0]])
    if best < least:
        return []
    chosen = [int(n) for n in order[:MOST_PASSAGES] if scores[n] >= max(least, best - FALL_OFF)]
    return [candidates[n] for n in chosen]


def likenesses(question: str, sources: Sequence[Source]) -> Floats | None:
    """The cosine between the question and each sentence, in order; None where there is no encoder."""
    [asked] = embedded_engine().embed([question])
    if asked is None:
        return None
    told = [vector for source in sources for vector in _vectors(tuple(passage.text for passage in passages(source)))]
    return np.asarray(np.stack(list(map(_read, told))) @ _read(asked), np.float32)


@lru_cache(maxsize=64)
def _vectors(texts: tuple[str, ...]) -> list[bytes]:
    """Those of a summary's sentences; a summary is frozen, and asked for again and again."""
    return [vector for vector in embedded_engine().embed(texts) if vector is not None]


def _read(vector: bytes) -> Floats:
    return np.frombuffer(vector, "<f2").astype(np.float32)


def words(text: str) -> frozenset[str]:
    """The stems of a text's words, but for those that say nothing."""
    folded = (fold(word) for word in WORD.findall(text))
    return frozenset(stem(word) for word in folded if len(word) > 2 and word not in STOP_WORDS)


def subject(text: str) -> frozenset[str]:
    """The stems of what a text is about; of a question that names no subject, the stem of what it asks for."""
    found = words(text)
    asked_for = [told for begin, told in INTENTS.items() if re.search(rf"\b{begin}", fold(text))]
    return found - FRAMING or words(" ".join(asked_for)) or found


def shared(asked: frozenset[str], told: frozenset[str]) -> float:
    """How much of what is asked about is told, in 0..1."""
    if not asked:
        return 0.0
    return sum(any(_same(one, other) for other in told) for one in asked) / len(asked)


def _same(one: str, other: str) -> bool:
    """`download` and `downloads`: the stemmer leaves foreign plurals apart."""
    return one == other or one.removesuffix("s") == other.removesuffix("s")


def unknown_names(question: str, sources: Sequence[Source]) -> list[str]:
    """The names in the question, capitalised in mid-sentence, that no summary has."""
    if question.isupper():
        return []
    told = _stems_of(sources)
    names = [name for name in NAME.findall(question) if fold(name) not in STOP_WORDS]
    return [name for name in names if stem(fold(name)) not in told]


def _stems_of(sources: Sequence[Source]) -> frozenset[str]:
    texts = [source.text for source in sources] + [theme.name for source in sources for theme in source.themes]
    return frozenset(stem(fold(word)) for text in texts for word in re.findall(r"[\w-]+", text))
