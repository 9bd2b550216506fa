"""Two engines, or two runs, on the same comments: which is better, and could that be chance?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from . import intervals
from .intervals import SEED, TIMES, f1_of, macro_f1_of, of_difference, resampled
from .metrics import Confusion, Counts, Figure, Floats, Missing

ALPHA = 0.05


class Outcome(TextChoices):
    """What can be said of the second beside the first."""

    BETTER = "melhor", _("better")
    WORSE = "pior", _("worse")
    UNDECIDED = "dados_insuficientes", _("not enough data to say")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The second against the first; every difference is second minus first, so above 0 is better.

    only_first, only_second: how many comments that one alone has right. p: of McNemar's exact test on these two.
    """

    n: int
    accuracy: Figure
    macro_f1: Figure
    f1: tuple[Figure, ...]
    only_first: int
    only_second: int
    p: float
    outcome: Outcome


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided p of McNemar's exact test: that two equally good ones differ by so much, or more; 1 with no pairs."""
    n, fewer = only_first + only_second, min(only_first, only_second)
    return min(1.0, float(2 * sum(comb(n, k) for k in range(fewer + 1)) / 2**n))


def compare(
    truth: Sequence[int] | Counts,
    first: Sequence[int] | Counts,
    second: Sequence[int] | Counts,
    *,
    categories: int,
    times: int = TIMES,
    seed: int = SEED,
) -> Comparison:
    """Paired: both said something of each comment, or nothing (`NOT_ANSWERED`), in the same order.

    Better, or worse: McNemar's p is below 5 % and the 95 % interval of the difference of macro-F1, with what a paired
    bootstrap says of how the two go together, lies on the same side of 0. One of them alone is not enough.
    """
    right, one, two = (np.asarray(each, np.int64) for each in (truth, first, second))
    table = paired(right, one, two, categories=categories)
    before, after = (Confusion.of(right, said, categories=categories) for said in (one, two))
    only_first = int(((one == right) & (two != right)).sum())
    only_second = int(((two == right) & (one != right)).sum())
    differences = _differences(before, after, table, times=times, seed=seed)
    p = mcnemar(only_first, only_second)
    return Comparison(
        n=len(right),
        only_first=only_first,
        only_second=only_second,
        p=p,
        outcome=_outcome(differences[1], only_second - only_first, p),
        accuracy=differences[0],
        macro_f1=differences[1],
        f1=tuple(differences[2:]),
    )


def paired(truth: Counts, first: Counts, second: Counts, *, categories: int) -> Counts:
    """How many comments are of each category and were said by each to be what: shape (k, k + 1, k + 1)."""
    table = np.zeros((categories, categories + 1, categories + 1), np.int64)
    np.add.at(table, (truth, first, second), 1)
    return table


def _differences(before: Confusion, after: Confusion, table: Counts, *, times: int, seed: int) -> list[Figure]:
    """Of accuracy, of macro-F1, then of each category's F1."""
    if not before.n:
        return [Figure(None, Missing.EMPTY)] * (2 + before.categories)
    one, two = _figures(before, times, seed), _figures(after, times, seed)
    correlations = _correlations(resampled(table, _of_pairs, times=times, seed=seed))
    return [_minus(*each) for each in zip(two, one, correlations, strict=True)]


def _figures(matrix: Confusion, times: int, seed: int) -> list[Figure]:
    of_categories = [intervals.f1(matrix, each) for each in range(matrix.categories)]
    return [intervals.accuracy(matrix), intervals.macro_f1(matrix, times=times, seed=seed), *of_categories]


def _of_pairs(tables: Counts) -> Floats:
    """The figures of both in many tables of pairs, shape (times, 2 + k, 2)."""
    return np.stack([_of_matrices(tables.sum(3)), _of_matrices(tables.sum(2))], axis=2)


def _of_matrices(counts: Counts) -> Floats:
    hits = np.diagonal(counts, axis1=1, axis2=2).sum(1) / counts[0].sum()
    return np.column_stack([hits, macro_f1_of(counts), f1_of(counts)[0]])


def _correlations(samples: Floats) -> list[float]:
    """Between both, of each figure; 0 where one of them never varies."""
    spread = samples.std(0)
    together = ((samples - samples.mean(0)).prod(2)).mean(0)
    return [float(each / (one * two)) if one * two else 0.0 for each, (one, two) in zip(together, spread, strict=True)]


def _minus(after: Figure, before: Figure, correlation: float) -> Figure:
    if after.value is None or before.value is None:
        return Figure(None, after.missing or before.missing)
    return Figure(after.value - before.value, None, of_difference(before, after, correlation))


def _outcome(macro_f1: Figure, balance: int, p: float) -> Outcome:
    if macro_f1.interval is None or p >= ALPHA:
        return Outcome.UNDECIDED
    if balance > 0 and macro_f1.interval.low > 0:
        return Outcome.BETTER
    if balance < 0 and macro_f1.interval.high < 0:
        return Outcome.WORSE
    return Outcome.UNDECIDED
