"""What a theme is called: the words that its comments share and the rest of the week's do not, as people write them."""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from classifier.models.search import fold, stem
from reports.vocabulary import SPELLED

WORD = re.compile(r"[^\W\d_]{3,40}")
SENTENCE_START = re.compile(r"(?:^|[.!?…:]\s+|[\"“«(]\s*|\n\s*)$")

# Folded words that say nothing of a subject: function words, greetings, measures of time, verbs of every day.
STOP_WORDS = frozenset(Path(__file__).with_name("stop_words.txt").read_text().split())

VERBAL = re.compile(r"(?:ando|endo|indo|ou|ei|aram|eram|iram)$")
FEATURE_WEIGHT = 1.5
MOST_WORDS = 2
SHARE_OF_WORD = 0.4
SCORE_OF_WORD = 0.4


@dataclass(frozen=True, slots=True)
class Words:
    """What a comment is about: its stems, in order, with the form that each has in it; and its tags' features."""

    forms: Mapping[str, str]
    features: frozenset[str]

    @property
    def terms(self) -> set[str]:
        """The stems, and the features with a mark before them that no stem has."""
        return set(self.forms) | {f"#{feature}" for feature in self.features}


def words_of(text: str, tags: Iterable[str]) -> Words:
    forms: dict[str, str] = {}
    for match in WORD.finditer(text):
        folded = fold(match[0])
        if len(folded) > 2 and folded not in STOP_WORDS:
            forms.setdefault(stem(folded), _form(match[0], starts=bool(SENTENCE_START.search(text[: match.start()]))))
    return Words(forms, frozenset(tag.partition("_")[2] for tag in tags))


def _form(word: str, *, starts: bool) -> str:
    """The word as it would stand in mid-sentence: a capital there is a name's."""
    return word if word[1:].islower() and word[0].isupper() and not starts else word.lower()


@dataclass(frozen=True, slots=True)
class Name:
    """text: to read. covers: how much of the comments, in 0..1, has what the name begins with."""

    text: str
    words: tuple[str, ...]
    covers: float


def name(members: Sequence[Words], everywhere: Mapping[str, int], total: int) -> Name | None:
    """The name of a theme of these comments; None where they share no word.

    everywhere: in how many of the week's `total` comments each term is. A word that stands in one comment only names
    nothing, and so nobody: what is in a name was written by at least two.
    """
    inside = Counter(term for words in members for term in words.terms)
    scores = {
        term: _weight(term) * count / len(members) * math.log((total + 1) / everywhere[term])
        for term, count in inside.items()
        if count > 1
    }
    ranked = sorted(scores, key=lambda term: (-scores[term], term))
    if not ranked:
        return None
    chosen = _distinct(ranked, scores, inside, len(members))
    first, *others = [_shown(term, members) for term in chosen]
    shown = [first, *(form for form in others if not VERBAL.search(form))]
    text = ", ".join(shown[:-1]) + f" e {shown[-1]}" if len(shown) > 1 else shown[0]
    roots = _roots(chosen[0])
    covered = sum(any(_related(roots, _roots(term)) for term in words.terms) for words in members)
    return Name(text[0].upper() + text[1:], tuple(shown), covered / len(members))


def _weight(term: str) -> float:
    return FEATURE_WEIGHT if term.startswith("#") else 1.0


def _distinct(ranked: list[str], scores: Mapping[str, float], inside: Mapping[str, int], size: int) -> list[str]:
    """The best terms, none of them another's double: a feature and the word it is made of are one."""
    chosen: list[str] = []
    seen: set[str] = set()
    for term in ranked:
        roots = _roots(term)
        weak = inside[term] / size < SHARE_OF_WORD or scores[term] < SCORE_OF_WORD * scores[ranked[0]]
        if (chosen and weak) or _related(roots, seen):
            continue
        chosen.append(term)
        seen |= roots
        if len(chosen) == MOST_WORDS:
            break
    return chosen


def _roots(term: str) -> set[str]:
    """The stems that a term is read as: of a feature, those of its name and of the words that stand for it."""
    if not term.startswith("#"):
        return {term}
    words = [*term[1:].split("_"), *fold(SPELLED.get(term[1:], "")).split()]
    return {stem(word) for word in words if len(word) > 2}


def _related(some: Set[str], others: Set[str]) -> bool:
    """True where one of these stems is a beginning of one of those: `pag` and `pagament` are about one thing."""
    return any(one.startswith(other) or other.startswith(one) for one in some for other in others)


def _shown(term: str, members: Collection[Words]) -> str:
    """A feature as it is spelled; a stem as it is written most, rather a noun than `parando` or `parou`."""
    if term.startswith("#"):
        return SPELLED.get(term[1:], term[1:].replace("_", " "))
    forms = Counter(words.forms[term] for words in members if term in words.forms)
    return min(forms, key=lambda form: (bool(VERBAL.search(form)), -forms[form], -len(form), form))
