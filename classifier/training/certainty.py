"""Where the embedded engine is sure enough to need no second opinion: a threshold of confidence a category."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.engines.embedded.weights import Floats

from .dataset import CATEGORIES

TARGET = 0.95
# Half a standard error on the safe side: with few comments at hand, a lucky run must not set a threshold.
CAUTION = 0.5
SPLITS = 40

Thresholds = dict[str, float]


@dataclass(frozen=True, slots=True)
class Kept:
    """share: of the comments that stay with the engine. precision: of these, how many are right."""

    share: float
    precision: float

    def __str__(self) -> str:
        return f"{self.share:.1%} stay, of which {self.precision:.1%} are right"


def thresholds(probabilities: Floats, truth: NDArray[np.int64]) -> Thresholds:
    """The least confidence, a category's name, from which on verdicts are right TARGET of the time.

    By the lower bound of Wilson's interval at CAUTION standard errors. A category that never gets there has none.
    """
    said, confidence = probabilities.argmax(1), probabilities.max(1)
    found = {}
    for kind, name in enumerate(CATEGORIES):
        mine = np.flatnonzero(said == kind)
        mine = mine[np.argsort(-confidence[mine], kind="stable")]
        count = np.arange(1, len(mine) + 1)
        good = np.flatnonzero(_lower_bound(np.cumsum(truth[mine] == kind), count) >= TARGET)
        if len(good):
            found[str(name.value)] = float(confidence[mine[good[-1]]])
    return found


def kept(probabilities: Floats, truth: NDArray[np.int64], least: Thresholds) -> Kept:
    said, confidence = probabilities.argmax(1), probabilities.max(1)
    needed = np.array([least.get(str(name.value), np.inf) for name in CATEGORIES])
    stays = confidence >= needed[said]
    return Kept(float(stays.mean()), float((said == truth)[stays].mean()) if stays.any() else 1.0)


def cross_fitted(probabilities: Floats, truth: NDArray[np.int64]) -> Kept:
    """What stays of comments that chose no threshold: half of them choose, the other half is measured, many times."""
    draw = np.random.default_rng(0)
    found = []
    for _ in range(SPLITS):
        order = draw.permutation(len(truth))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        for choosing, measured in (halves, halves[::-1]):
            least = thresholds(probabilities[choosing], truth[choosing])
            found.append(kept(probabilities[measured], truth[measured], least))
    share = float(np.mean([each.share for each in found]))
    return Kept(share, float(np.sum([each.share * each.precision for each in found]) / (share * len(found) or 1)))


def _lower_bound(right: NDArray[np.int64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """Wilson's lower bound of right / count (Wilson 1927)."""
    share, square = right / count, CAUTION**2
    centre = share + square / (2 * count)
    margin = CAUTION * np.sqrt(share * (1 - share) / count + square / (4 * count**2))
    bound: NDArray[np.float64] = (centre - margin) / (1 + square / count)
    return bound
