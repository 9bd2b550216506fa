"""From written comments to a head of the model: one scikit-learn multinomial logistic regression over all blocks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from classifier.engines.embedded import features
from classifier.engines.embedded.encoder import Encoder, Reading
from classifier.engines.embedded.model import DOCUMENTS, Head, Sparse, Terms
from classifier.engines.embedded.weights import Floats

from .dataset import CATEGORIES, Example, bare

COPY_WEIGHT = 0.5
NEUTRAL_WEIGHT = 3.0
PLAIN_SCALE = 0.5
NEUTRAL_VOICE = ""
REGULARISATION = 1.0
LEAST = {"words": 2, "letters": 3}
MOST = {"words": 30_000, "letters": 60_000}


@dataclass(frozen=True, slots=True)
class Material:
    """Texts to learn from or to measure on, with their category places, weights and voices, in one order.

    reading: what the encoder made of them, None to do without. A copy has the voice of its original, so that no split
    puts them on two sides.
    """

    texts: list[str]
    categories: NDArray[np.int64]
    weights: NDArray[np.float64]
    voices: list[str]
    reading: Reading | None = None

    def only(self, chosen: NDArray[np.bool_]) -> "Material":
        places = np.flatnonzero(chosen)
        reading = self.reading and Reading(self.reading.middle[places], self.reading.logits[places])
        return Material(
            [self.texts[place] for place in places],
            self.categories[places],
            self.weights[places],
            [self.voices[place] for place in places],
            reading,
        )


def measured(examples: Sequence[Example], encoder: Encoder | None) -> Material:
    """The comments alone, as they stand."""
    texts = [example.text for example in examples]
    return Material(
        texts,
        np.array([example.category for example in examples]),
        np.ones(len(examples)),
        [example.voice for example in examples],
        None if encoder is None else readings(encoder, texts),
    )


def material(examples: Sequence[Example], neutral: Sequence[str]) -> Material:
    """The comments, a lighter copy of each without accents and punctuation, and what has no tone, a fifth each way."""
    kinds = range(len(CATEGORIES))
    rows = [
        *((example.text, example.category, 1.0, example.voice) for example in examples),
        *((text, example.category, COPY_WEIGHT, example.voice) for text, example in copies(examples)),
        *((text, kind, NEUTRAL_WEIGHT / len(CATEGORIES), NEUTRAL_VOICE) for text in neutral for kind in kinds),
    ]
    texts, categories, weights, voices = (list(column) for column in zip(*rows, strict=True))
    return Material(texts, np.array(categories), np.array(weights), voices)


def copies(examples: Sequence[Example]) -> list[tuple[str, Example]]:
    """Each comment without accents and punctuation, where that changes it and leaves something."""
    found = [(bare(example.text), example) for example in examples]
    return [(text, example) for text, example in found if text and text != example.text]


def readings(encoder: Encoder, texts: Sequence[str], chunk: int = 32) -> Reading:
    """What the encoder makes of the texts, each distinct text read once, those of like length together."""
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    made = [encoder.read(distinct[start : start + chunk]) for start in range(0, len(distinct), chunk)]
    place = {text: number for number, text in enumerate(distinct)}
    order = [place[text] for text in texts]
    return Reading(
        np.concatenate([reading.middle for reading in made])[order],
        np.concatenate([reading.logits for reading in made])[order],
    )


def fit(rows: Material, *, tolerance: float = 1e-4) -> Head:
    """A head trained on the rows to do without the encoder; not yet calibrated."""
    low = [features.folded(features.trimmed(text)) for text in rows.texts]
    blocks: list[sparse.csr_matrix] = []
    terms: dict[str, Terms] = {}
    for name, count in DOCUMENTS.items():
        documents = [count(text) for text in low]
        terms[name] = Terms.learned(documents, least=LEAST[name], most=MOST[name])
        blocks.append(matrix((terms[name].row(document) for document in documents), len(terms[name].columns)))
    plain = np.array([features.plain(features.trimmed(text)) for text in rows.texts])
    factor, centre = PLAIN_SCALE / (plain.std(0) + 1e-6), plain.mean(0)
    scaled = sparse.csr_matrix((plain - centre) * factor)
    model = LogisticRegression(C=REGULARISATION, max_iter=400, tol=tolerance)
    model.fit(sparse.hstack([scaled, *blocks]).tocsr(), rows.categories, sample_weight=rows.weights)
    return _head(model, terms, factor, centre)


def matrix(rows: Iterable[tuple[NDArray[np.int64], Floats]], width: int) -> sparse.csr_matrix:
    """Shape (rows, width). rows: the columns where each has a number, and these numbers."""
    columns, values, ends = [], [], [0]
    for places, numbers in rows:
        columns.append(places)
        values.append(numbers)
        ends.append(ends[-1] + len(places))
    filled = (np.concatenate(values), np.concatenate(columns), np.array(ends))
    return sparse.csr_matrix(filled, shape=(len(ends) - 1, width))


def _head(model: LogisticRegression, terms: dict[str, Terms], factor: Floats, centre: Floats) -> Head:
    """The regression's weights by block, scaling and centring of the plain counts folded in."""
    coefficients = model.coef_.T
    plain = coefficients[: len(factor)] * factor[:, None]
    parts, at = {}, len(factor)
    for name, learned in terms.items():
        size = len(learned.columns)
        parts[name] = Sparse(learned, coefficients[at : at + size].astype(np.float16).astype(np.float32))
        at += size
    return Head(
        words=parts["words"],
        letters=parts["letters"],
        plain=plain.astype(np.float32),
        middle=None,
        bias=(model.intercept_ - centre @ plain).astype(np.float32),
    )
