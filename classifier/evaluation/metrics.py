"""How good labels are, from counts alone. A figure that does not exist says why; nothing here is ever NaN.

Categories are places 0..k-1 in their declared order; a comment without an answer was said to be `NOT_ANSWERED`, and
counts as wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

NOT_ANSWERED = -1
BINS = 10
BANDS = (0.0, 0.5, 0.7, 0.85, 0.95, 1.0)


class Missing(TextChoices):
    """Why a figure does not exist."""

    EMPTY = "vazio", _("there are no comments")
    NONE_OF_IT = "nenhum_da_categoria", _("no comment is of this category")
    NEVER_SAID = "nunca_dita", _("no comment was given this category")
    ABSENT = "ausente", _("no comment is of this category, and none was given it")
    ONE_CATEGORY = "uma_categoria", _("all is of one category, so that chance alone agrees")
    TOO_FEW = "poucos", _("there are fewer answers than bins")


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, or why there is none. interval: where the true one is, at 95 %; None where it is not known."""

    value: float | None
    missing: Missing | None = None
    interval: Interval | None = None

    @classmethod
    def of(cls, part: float, whole: float, missing: Missing, interval: Interval | None = None) -> Self:
        """part / whole; missing where that is 0 / 0."""
        return cls(float(part / whole), None, interval) if whole else cls(None, missing)


@dataclass(frozen=True, slots=True)
class Confusion:
    """counts: a row a true category, a column a category said, and a last column for those without an answer."""

    counts: Counts

    @classmethod
    def of(cls, truth: Sequence[int] | Counts, said: Sequence[int] | Counts, *, categories: int) -> Self:
        counts = np.zeros((categories, categories + 1), np.int64)
        np.add.at(counts, (np.asarray(truth, np.int64), np.asarray(said, np.int64)), 1)  # -1 is the last column
        return cls(counts)

    @property
    def categories(self) -> int:
        return len(self.counts)

    @property
    def n(self) -> int:
        return int(self.counts.sum())

    @property
    def answered(self) -> int:
        return int(self.counts[:, :-1].sum())

    @property
    def right(self) -> int:
        return int(self.counts.trace())

    def hits(self, category: int) -> int:
        return int(self.counts[category, category])

    def support(self, category: int) -> int:
        """How many comments are of the category."""
        return int(self.counts[category].sum())

    def given(self, category: int) -> int:
        """How many comments were said to be of it."""
        return int(self.counts[:, category].sum())


def accuracy(matrix: Confusion) -> Figure:
    return Figure.of(matrix.right, matrix.n, Missing.EMPTY)


def coverage(matrix: Confusion) -> Figure:
    """The share of the comments that have an answer."""
    return Figure.of(matrix.answered, matrix.n, Missing.EMPTY)


def precision(matrix: Confusion, category: int) -> Figure:
    """Of what was said to be of the category, the share that is."""
    return Figure.of(matrix.hits(category), matrix.given(category), Missing.NEVER_SAID)


def recall(matrix: Confusion, category: int) -> Figure:
    """Of what is of the category, the share that was said to be."""
    return Figure.of(matrix.hits(category), matrix.support(category), Missing.NONE_OF_IT)


def f1(matrix: Confusion, category: int) -> Figure:
    """Harmonic mean of precision and recall; 0 where one of them is 0 or has no value but the other has."""
    either = matrix.given(category) + matrix.support(category)
    return Figure.of(2 * matrix.hits(category), either, Missing.ABSENT)


def macro_f1(matrix: Confusion) -> Figure:
    """The mean F1 of the categories that occur, each counting the same; what is absent altogether is left out."""
    values = [figure.value for each in range(matrix.categories) if (figure := f1(matrix, each)).value is not None]
    return Figure.of(sum(values), len(values), Missing.EMPTY)


def kappa(matrix: Confusion) -> Figure:
    """Cohen's kappa: agreement beyond chance, 1 is perfect, 0 is chance; "no answer" is a category of its own."""
    n = matrix.n
    if not n:
        return Figure(None, Missing.EMPTY)
    square = np.zeros((matrix.categories + 1,) * 2)
    square[:-1] = matrix.counts
    by_chance = float((square.sum(0) * square.sum(1)).sum()) / n**2
    return Figure.of(matrix.right / n - by_chance, 1 - by_chance, Missing.ONE_CATEGORY)


@dataclass(frozen=True, slots=True)
class Bin:
    """What was said with a confidence in (low, high]; the lowest bin has its low end too.

    confidence, accuracy: means; None where nothing was said with such a confidence.
    """

    low: float
    high: float
    count: int
    right: int
    confidence: float | None
    accuracy: float | None


def reliability(confidence: Sequence[float] | Floats, correct: Sequence[bool] | NDArray[np.bool_]) -> list[Bin]:
    """Ten bins of equal width, the empty ones too."""
    return by_confidence(confidence, correct, np.linspace(0, 1, BINS + 1).tolist())


def by_confidence(
    confidence: Sequence[float] | Floats, correct: Sequence[bool] | NDArray[np.bool_], edges: Sequence[float] = BANDS
) -> list[Bin]:
    """A bin between each two edges, which begin with 0 and end with 1."""
    given, right = np.asarray(confidence, np.float64), np.asarray(correct, bool)
    places = np.searchsorted(edges[1:-1], given)
    return [
        _bin(low, high, given[places == place], right[places == place])
        for place, (low, high) in enumerate(pairwise(edges))
    ]


def _bin(low: float, high: float, given: Floats, right: NDArray[np.bool_]) -> Bin:
    if not len(given):
        return Bin(low, high, 0, 0, None, None)
    return Bin(low, high, len(given), int(right.sum()), float(given.mean()), float(right.mean()))


def expected_calibration_error(
    confidence: Sequence[float] | Floats, correct: Sequence[bool] | NDArray[np.bool_], bins: int = BINS
) -> Figure:
    """Expected calibration error, in 0..1 (0 is perfect), over bins of equal mass (Nixon et al. 2019).

    confidence: each in 0..1, of those that have an answer. Missing where there are fewer of them than bins.
    """
    given, right = np.asarray(confidence, np.float64), np.asarray(correct, np.float64)
    if len(given) < bins:
        return Figure(None, Missing.TOO_FEW if len(given) else Missing.EMPTY)
    parts: list[Any] = np.array_split(np.argsort(given, kind="stable"), bins)
    return Figure(float(sum(abs(given[part].mean() - right[part].mean()) * len(part) for part in parts) / len(given)))


def fixed_width_calibration_error(bins: Sequence[Bin]) -> Figure:
    """The same over bins of equal width (Naeini et al. 2015), the gap that the reliability plot shows."""
    gaps = [each.count * abs(each.confidence - each.accuracy) for each in bins if each.confidence is not None
            and each.accuracy is not None]  # fmt: skip
    return Figure.of(sum(gaps), sum(each.count for each in bins), Missing.EMPTY)
