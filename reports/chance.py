"""Which differences between two weeks are more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import fisher_exact

ERROR_RATE = 0.05
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of a week's comments, and so many of the week's before."""

    count: int
    total: int
    count_before: int
    total_before: int

    @property
    def difference(self) -> float:
        """Of the two shares, in 0..1."""
        return _share(self.count, self.total) - _share(self.count_before, self.total_before)


def not_chance(counted: Sequence[Counted]) -> list[bool]:
    """For each, whether its shares differ by more than chance: Fisher's exact test under Holm's correction for how many
    are tried, at 5 % for all together. Fewer than five comments in both weeks together are never tried.
    """
    tried = [n for n, each in enumerate(counted) if each.count + each.count_before >= FEWEST and each.total_before]
    p_values = {n: _p_value(counted[n]) for n in tried if counted[n].total}
    passed: set[int] = set()
    for rank, n in enumerate(sorted(p_values, key=lambda n: (p_values[n], n))):
        if p_values[n] > ERROR_RATE / (len(p_values) - rank):
            break
        passed.add(n)
    return [n in passed for n in range(len(counted))]


def _p_value(each: Counted) -> float:
    table = [[each.count, each.total - each.count], [each.count_before, each.total_before - each.count_before]]
    return float(fisher_exact(table).pvalue)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
