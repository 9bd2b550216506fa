"""95 % intervals: where the true figure is, as far as the size of the set tells."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from . import metrics
from .metrics import Confusion, Counts, Figure, Floats, Interval

LEVEL = 0.95
TIMES = 4_000
SEED = 20_250_801

Statistic = Callable[[Counts], Floats]


def wilson(successes: float, n: float, level: float = LEVEL) -> Interval | None:
    """Wilson's score interval of a proportion; None where n is 0, of which nothing is known."""
    return _score(successes / n, n, level) if n else None


def _score(p: float, n: float, level: float = LEVEL) -> Interval:
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    middle, half = p + z2 / (2 * n), sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n)))
    scale = 1 + z2 / n
    # At the ends rounding would leave 1e-17, or 1 - 1e-16.
    return Interval((middle - half) / scale if p > 0 else 0.0, (middle + half) / scale if p < 1 else 1.0)


def of_f1(hits: int, given: int, support: int, level: float = LEVEL) -> Interval | None:
    """The interval of an F1, by Wilson's of F/(2-F), which is a proportion (Lam et al. 2023, "indirect")."""
    found = wilson(hits, given + support - hits, level)
    return Interval(*(2 * end / (1 + end) for end in found)) if found else None


def accuracy(matrix: Confusion) -> Figure:
    return replace(metrics.accuracy(matrix), interval=wilson(matrix.right, matrix.n))


def precision(matrix: Confusion, category: int) -> Figure:
    found = wilson(matrix.hits(category), matrix.given(category))
    return replace(metrics.precision(matrix, category), interval=found)


def recall(matrix: Confusion, category: int) -> Figure:
    found = wilson(matrix.hits(category), matrix.support(category))
    return replace(metrics.recall(matrix, category), interval=found)


def f1(matrix: Confusion, category: int) -> Figure:
    found = of_f1(matrix.hits(category), matrix.given(category), matrix.support(category))
    return replace(metrics.f1(matrix, category), interval=found)


def macro_f1(matrix: Confusion, *, times: int = TIMES, seed: int = SEED) -> Figure:
    """With a score interval over as many comments as the bootstrap's variance is worth.

    The bootstrap's own percentiles are too narrow near 1: at 0.98 and 200 comments they cover 86 %.
    """
    figure = metrics.macro_f1(matrix)
    if figure.value is None:
        return figure
    variance = float(resampled(matrix.counts, macro_f1_of, times=times, seed=seed).var())
    spread = figure.value * (1 - figure.value)
    worth = spread / variance if spread and variance else _worth_without_errors(matrix)
    return replace(figure, interval=_score(figure.value, worth))


def _worth_without_errors(matrix: Confusion) -> float:
    """Of how many comments a mean over categories of this size is worth, where none shows a spread."""
    sizes = [(matrix.support(each) + matrix.given(each)) / 2 for each in range(matrix.categories)]
    present = [size for size in sizes if size]
    return len(present) ** 2 / sum(1 / size for size in present)


def resampled(
    counts: Counts, statistic: Statistic, *, times: int = TIMES, seed: int = SEED, strata: int | None = None
) -> Floats:
    """The statistic of as many bootstrap samples as `times`, shape (times, …).

    counts: how many comments fall into each cell of a table; drawing comments with replacement is drawing cells.
    statistic: takes shape (times, *counts.shape). strata: an axis of the table whose totals stay as they are, None for
    a plain bootstrap. The same seed gives the same samples.
    """
    random = np.random.default_rng(seed)
    if strata is None:
        return statistic(_drawn(random, counts, times))
    layers = [_drawn(random, layer, times) for layer in np.moveaxis(counts, strata, 0)]
    return statistic(np.moveaxis(np.stack(layers, axis=1), 1, strata + 1))


def _drawn(random: np.random.Generator, counts: Counts, times: int) -> Counts:
    n = int(counts.sum())
    if not n:
        return np.zeros((times, *counts.shape), np.int64)
    return random.multinomial(n, counts.ravel() / n, size=times).reshape(times, *counts.shape)


def f1_of(counts: Counts) -> tuple[Floats, NDArray[np.bool_]]:
    """F1 a category of many confusion matrices (times, k, k + 1), and which of them exist; both (times, k)."""
    hits = np.diagonal(counts, axis1=1, axis2=2)
    either = counts.sum(2) + counts[:, :, :-1].sum(1)
    return 2 * hits / np.maximum(either, 1), either > 0


def macro_f1_of(counts: Counts) -> Floats:
    """Macro-F1 of many confusion matrices at once."""
    values, exist = f1_of(counts)
    found: Floats = (values * exist).sum(1) / np.maximum(exist.sum(1), 1)
    return found


def of_difference(first: Figure, second: Figure, correlation: float) -> Interval | None:
    """Where second - first is, from the interval of each (Zou and Donner 2008, "MOVER").

    correlation: of the two figures, which were measured on the same comments. For proportions this is Newcombe's
    method 10; the percentiles of a paired bootstrap are far too narrow where the two differ on few comments.
    """
    if first.value is None or second.value is None or first.interval is None or second.interval is None:
        return None
    below, above = first.value - first.interval.low, first.interval.high - first.value
    down, up = second.value - second.interval.low, second.interval.high - second.value
    difference = second.value - first.value
    return Interval(difference - _joint(down, above, correlation), difference + _joint(up, below, correlation))


def _joint(one: float, other: float, correlation: float) -> float:
    return sqrt(max(0.0, one**2 + other**2 - 2 * correlation * one * other))
