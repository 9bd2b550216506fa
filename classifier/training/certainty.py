"""Where the embedded engine is sure enough to need no second opinion: a threshold of confidence a category."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.engines.embedded.weights import Floats

from .dataset import CATEGORIES

# What must be right of a category's verdicts that stay, and of all that stay.
EACH = 0.95
ALL = 0.97
# Standard errors on the safe side: with few comments at hand, a lucky run must not set a threshold. A category has
# fewest, and whole ones would leave it none.
EACH_CAUTION = 0.5
ALL_CAUTION = 1.5

Thresholds = dict[str, float]


@dataclass(frozen=True, slots=True)
class Kept:
    """share: of the comments that stay with the engine. precision: of these, how many are right."""

    share: float
    precision: float

    def __str__(self) -> str:
        return f"{self.share:.1%} stay, of which {self.precision:.1%} are right"


def thresholds(probabilities: Floats, truth: NDArray[np.int64]) -> Thresholds:
    """The least confidence, a category's name, from which on verdicts stay: EACH right, and ALL right together.

    Where the categories alone keep too much that is wrong, what stays is cut at one confidence for all of them, so that
    the least certain go first. A category that never gets there has none.
    """
    said, confidence = probabilities.argmax(1), probabilities.max(1)
    found = {}
    for kind, name in enumerate(CATEGORIES):
        mine = said == kind
        least = _least(confidence[mine], truth[mine] == kind, EACH, EACH_CAUTION)
        if least is not None:
            found[str(name.value)] = least
    stays = _stays(probabilities, found)
    common = _least(confidence[stays], (said == truth)[stays], ALL, ALL_CAUTION)
    return {} if common is None else {name: max(least, common) for name, least in found.items()}


def kept(probabilities: Floats, truth: NDArray[np.int64], least: Thresholds) -> Kept:
    stays = _stays(probabilities, least)
    right = probabilities.argmax(1) == truth
    return Kept(float(stays.mean()), float(right[stays].mean()) if stays.any() else 1.0)


def _stays(probabilities: Floats, least: Thresholds) -> NDArray[np.bool_]:
    needed = np.array([least.get(str(name.value), np.inf) for name in CATEGORIES])
    return np.asarray(probabilities.max(1) >= needed[probabilities.argmax(1)])


def _least(confidence: Floats, right: NDArray[np.bool_], target: float, caution: float) -> float | None:
    """The least confidence from which on the target is met by the lower bound of Wilson's interval."""
    order = np.argsort(-confidence, kind="stable")
    bound = _lower_bound(np.cumsum(right[order]), np.arange(1, len(order) + 1), caution)
    good = np.flatnonzero(bound >= target)
    return float(confidence[order[good[-1]]]) if len(good) else None


def _lower_bound(right: NDArray[np.int64], count: NDArray[np.int64], caution: float) -> NDArray[np.float64]:
    """Wilson's lower bound of right / count (Wilson 1927)."""
    share, square = right / count, caution**2
    centre = share + square / (2 * count)
    margin = caution * np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    bound: NDArray[np.float64] = (centre - margin) / (1 + square / count)
    return bound
