"""Where comments lie: vectors whose dot product is how near two comments are, by meaning, words and features."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from reports.naming import Words

MEANINGS = 40
WORD_WEIGHT = FEATURE_WEIGHT = 0.5
FEWEST_COMMENTS = 2
MOST_PART = 5
FEWEST_VECTORS = 20

Floats = NDArray[np.float32]


class Space:
    """Made from a sample of a week, and good for all of it.

    Meaning is measured along the 40 directions in which the reference differs most: what all comments have in common,
    such as being short and Portuguese, would else drown what they are about. Fewer than 20 vectors tell no such
    directions, and words and features alone are compared. A word counts where it stands in at least
    two comments of the sample, and in no more than a fifth of them.
    """

    def __init__(self, sample: Sequence[Words], reference: Sequence[bytes]) -> None:
        self._meaning = _Meaning(reference) if len(reference) >= FEWEST_VECTORS else None
        counts = Counter(form for words in sample for form in words.forms)
        most = max(FEWEST_COMMENTS + 1, len(sample) // MOST_PART)
        kept = sorted(word for word, count in counts.items() if FEWEST_COMMENTS <= count <= most)
        self._words = {word: place for place, word in enumerate(kept)}
        self._rarity = np.array([1 + math.log(len(sample) / counts[word]) for word in kept], np.float32)
        features = sorted({feature for words in sample for feature in words.features})
        self._features = {feature: place for place, feature in enumerate(features)}

    def vectors(self, words: Sequence[Words], embeddings: Sequence[bytes | None]) -> Floats:
        """Shape (comments, dimensions). A comment without an embedding is compared by its words and features alone."""
        parts = [
            math.sqrt(WORD_WEIGHT) * _unit(_marks([each.forms for each in words], self._words) * self._rarity),
            math.sqrt(FEATURE_WEIGHT) * _unit(_marks([each.features for each in words], self._features)),
        ]
        if self._meaning:
            parts.append(self._meaning.of(embeddings))
        return np.hstack(parts)


class _Meaning:
    def __init__(self, reference: Sequence[bytes]) -> None:
        vectors = _read(reference)
        self._mean = vectors.mean(axis=0)
        _left, _sizes, axes = np.linalg.svd(vectors - self._mean, full_matrices=False)
        self._axes = axes[:MEANINGS].T

    def of(self, embeddings: Sequence[bytes | None]) -> Floats:
        made = np.zeros((len(embeddings), self._axes.shape[1]), np.float32)
        places = [place for place, vector in enumerate(embeddings) if vector is not None]
        if places:
            vectors = _read([vector for vector in embeddings if vector is not None])
            made[places] = _unit((vectors - self._mean) @ self._axes)
        return made


def _read(vectors: Sequence[bytes]) -> Floats:
    return np.stack([np.frombuffer(vector, "<f2") for vector in vectors]).astype(np.float32)


def _marks(rows: Sequence[Iterable[str]], places: dict[str, int]) -> Floats:
    """1 where the row has the thing of that column."""
    marks = np.zeros((len(rows), len(places)), np.float32)
    for row, things in enumerate(rows):
        known = [places[thing] for thing in things if thing in places]
        marks[row, known] = 1
    return marks


def _unit(vectors: Floats) -> Floats:
    """Each row of length one; a row of zeros stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
