"""The classifier on top: one linear model over words, letters, plain counts and, where there is one, the embedding."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import features
from .weights import Floats


@dataclass(frozen=True, slots=True)
class Terms:
    """A vocabulary with its inverse document frequencies; `columns` maps a term to its place."""

    columns: dict[str, int]
    idf: Floats

    @classmethod
    def learned(cls, documents: Sequence[Counter[str]], *, least: int, most: int | None = None) -> "Terms":
        """The terms of at least `least` documents, of these the `most` frequent; ties fall to the alphabet."""
        frequency: Counter[str] = Counter()
        for document in documents:
            frequency.update(document.keys())
        kept = sorted((-count, term) for term, count in frequency.items() if count >= least)[:most]
        counts = np.array([-count for count, _ in kept], np.float64)
        idf = np.log((1 + len(documents)) / (1 + counts)) + 1
        return cls({term: place for place, (_, term) in enumerate(kept)}, idf.astype(np.float32))

    def row(self, document: Counter[str]) -> tuple[NDArray[np.int64], Floats]:
        """Columns and values of a document: (1 + log count) * idf, of unit length."""
        found = [(self.columns[term], count) for term, count in document.items() if term in self.columns]
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        columns, counts = (np.array(values) for values in zip(*found, strict=True))
        values = (1 + np.log(counts)).astype(np.float32) * self.idf[columns]
        return columns, values / np.linalg.norm(values)


@dataclass(frozen=True, slots=True)
class Sparse:
    """Terms and their weights, (terms, categories)."""

    terms: Terms
    weights: Floats

    def logits(self, document: Counter[str]) -> Floats:
        columns, values = self.terms.row(document)
        return values @ self.weights[columns]


@dataclass(frozen=True, slots=True)
class Head:
    """One set of weights. middle: (width, categories), None where it was trained to do without the encoder.

    tuned: how many times the logits of the encoder's tuned layers count beside the linear model's own.
    taught_words, taught_letters: what people's verdicts added, over a vocabulary of their own; None where nothing was.
    """

    words: Sparse
    letters: Sparse
    plain: Floats
    middle: Floats | None
    bias: Floats
    tuned: float = 0.0
    temperature: float = 1.0
    taught_words: Sparse | None = None
    taught_letters: Sparse | None = None

    def probabilities(self, text: str, middle: Floats | None = None, tuned: Floats | None = None) -> Floats:
        """One a category, sum 1. middle, tuned: the encoder's reading of the text, for a head that was trained so."""
        logits = self.linear(text, middle)
        if tuned is not None:
            logits = logits + self.tuned * tuned
        return softmax(logits / self.temperature)

    def linear(self, text: str, middle: Floats | None = None) -> Floats:
        """The linear model's logits."""
        text = features.trimmed(text)
        low = features.folded(text)
        logits = self.bias + features.plain(text) @ self.plain
        words, letters = features.words(low), features.letters(low)
        logits = logits + self.words.logits(words) + self.letters.logits(letters)
        if self.taught_words is not None and self.taught_letters is not None:
            logits = logits + self.taught_words.logits(words) + self.taught_letters.logits(letters)
        if self.middle is not None and middle is not None:
            logits = logits + middle @ self.middle
        return logits


DOCUMENTS: dict[str, Callable[[str], Counter[str]]] = {"words": features.words, "letters": features.letters}


def softmax(logits: Floats) -> Floats:
    """Along the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: Floats = powers / powers.sum(-1, keepdims=True)
    return shares
