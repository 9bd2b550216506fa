"""From draws at chance to all comments: how many labels are wrong, and what the shares would be were they right.

The urn holds only comments that no person has decided yet, and curators decide the doubtful ones first; so what is left
is righter than all were, and the mean of the blind verdicts alone would flatter. Each draw therefore speaks for what
was in the urn when it was drawn, and what people had decided before it is known and counts as it is (Des Raj 1956).
Draws are weighted by the inverse of their probability (Hájek 1971).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from classifier.evaluation.intervals import wilson
from classifier.evaluation.metrics import Interval

LEAST = 30
QUANTILE = 0.975

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Known:
    """A comment that a person decided, in the order of the decisions. Categories by place.

    drawn: the probability with which it was drawn to be judged blind; None for one that was judged openly.
    """

    said: int
    truth: int
    drawn: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An estimate with its 95 % interval; both None where fewer than LEAST were judged blind."""

    blind: int
    value: float | None = None
    interval: Interval | None = None

    @property
    def enough(self) -> bool:
        return self.value is not None


@dataclass(frozen=True, slots=True)
class _Draws:
    """before: what was known already, as a share of all. left: the part of all still in the urn. weight: 1 / p."""

    change: Floats
    before: Floats
    left: Floats
    weight: Floats

    @property
    def pull(self) -> Floats:
        """How much each draw's own change counts."""
        return self.weight * self.left

    @property
    def known(self) -> float:
        return float((self.weight * self.before).sum() / self.weight.sum())

    @property
    def part(self) -> float:
        return float(self.pull.sum() / self.weight.sum())

    def spread(self, *imagined: float) -> float:
        """The variance of the estimate. imagined: draws added to it, by how far off they are, as a part of the urn."""
        off = self.before + self.left * self.change - self.known - self.part * self.mean
        count = len(off)
        weight = np.append(self.weight, [self.weight.mean()] * len(imagined))
        off = np.append(off, [each * self.part for each in imagined])
        return float(((weight * off) ** 2).sum() / weight.sum() ** 2) * count / (count - 1)

    @property
    def worth(self) -> float:
        """Of how many plain draws the estimate is worth (Korn and Graubard 1998), few draws counting for less."""
        kish = float(self.pull.sum() ** 2 / (self.pull**2).sum())
        plain = self.mean * (1 - self.mean) * self.part**2
        found = min(kish, plain / self.spread()) if plain and self.spread() else kish
        return found * float(stdtrit(1e9, QUANTILE) / stdtrit(len(self.change) - 1, QUANTILE)) ** 2

    @property
    def mean(self) -> float:
        return float((self.pull * self.change).sum() / self.pull.sum())


def accuracy(known: Sequence[Known], population: int) -> Told:
    """The share of the population's labels that are right, as the machine gave them."""
    draws = _draws(known, [float(each.said != each.truth) for each in known], population)
    count = len(draws.change)
    if count < LEAST:
        return Told(count)
    wrong = wilson(draws.mean * draws.worth, draws.worth) or Interval(0.0, 1.0)
    low, high = (1 - draws.known - draws.part * end for end in reversed(wrong))
    return Told(count, 1 - draws.known - draws.part * draws.mean, Interval(max(0.0, low), min(1.0, high)))


def share(known: Sequence[Known], population: int, category: int, counted: int) -> Told:
    """What share of the population is of the category: what the machine counted, and what its errors change in it.

    Prediction-powered inference (Angelopoulos et al. 2023) for a finite population that is labelled throughout. Two
    draws are added to the spread, one up and one down, so that a sample without a mistake does not promise that there
    is none.
    """
    changes = [float(each.truth == category) - float(each.said == category) for each in known]
    draws = _draws(known, changes, population)
    count = len(draws.change)
    if count < LEAST:
        return Told(count)
    value = counted / population + draws.known + draws.part * draws.mean
    half = float(stdtrit(count - 1, QUANTILE)) * sqrt(draws.spread(1.0, -1.0))
    value = min(max(value, 0.0), 1.0)
    return Told(count, value, Interval(max(0.0, value - half), min(1.0, value + half)))


def _draws(known: Sequence[Known], changes: Sequence[float], population: int) -> _Draws:
    rows = []
    sum_before = 0.0
    for place, (each, change) in enumerate(zip(known, changes, strict=True)):
        if each.drawn is not None:
            left = max(population - place, 0) / population
            rows.append((change, sum_before / population, left, 1 / each.drawn))
        sum_before += change
    columns = np.array(rows, np.float64).reshape(len(rows), 4).T
    return _Draws(*columns)
