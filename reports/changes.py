"""What became more or less frequent from one week to the next, where that is not chance."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Counts = Mapping[Any, int]  # by name

ERROR_RATE = 0.05
LEAST_BASE = 20
LEAST_EXPECTED = 5.0
LEAST_TENTHS = 1


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `base` comments."""

    count: int
    base: int

    @property
    def percent(self) -> float:
        return 100 * self.count / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """kind: what `name` is, a "category" or a "tag". p: two-sided, not yet corrected for how many were tried."""

    kind: str
    name: str
    before: Share
    now: Share
    p: float

    @property
    def points(self) -> float:
        """By how many percentage points the share rose; negative where it fell."""
        return self.now.percent - self.before.percent


def changes(kinds: Mapping[str, tuple[Counts, Counts]], *, base_before: int, base: int) -> list[Change]:
    """What changed beyond chance, the largest change first.

    kinds: by kind the counts before and now, by name. The bases are the labelled comments of each week; below 20 in
    either nothing is said. All names of all kinds are tried together, and Holm's procedure keeps the probability of
    even one false finding at 5 %. A change that the shown decimal hides is left out.
    """
    if min(base_before, base) < LEAST_BASE:
        return []
    tried = [
        Change(kind, name, was, is_now, p_value(was, is_now))
        for kind, (before, now) in kinds.items()
        for name in sorted({*before, *now})
        for was, is_now in [(Share(before.get(name, 0), base_before), Share(now.get(name, 0), base))]
        if was.count or is_now.count
    ]
    return sorted(
        (change for change in _beyond_chance(tried) if abs(change.points) * 10 >= LEAST_TENTHS),
        key=lambda change: (-abs(change.points), change.name),
    )


def _beyond_chance(tried: Sequence[Change]) -> list[Change]:
    """Holm (1979): the smallest p against 5 % of all tried, the next against 5 % of those left, until one fails."""
    found = []
    for number, change in enumerate(sorted(tried, key=lambda change: change.p)):
        if change.p > ERROR_RATE / (len(tried) - number):
            break
        found.append(change)
    return found


def p_value(before: Share, now: Share) -> float:
    """How probable so large a difference is where nothing changed: by two proportions, or exactly for low counts."""
    total = before.base + now.base
    pooled = (before.count + now.count) / total
    smallest = min(before.base, now.base) * min(pooled, 1 - pooled)
    if smallest < LEAST_EXPECTED:
        return _fisher(before, now)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / before.base + 1 / now.base))
    z = (now.count / now.base - before.count / before.base) / spread
    return math.erfc(abs(z) / math.sqrt(2))


def _fisher(before: Share, now: Share) -> float:
    """Fisher's exact test: of all ways to deal the same counts out, the share of those as rare as this one."""
    drawn, marked, total = now.base, before.count + now.count, before.base + now.base

    def log_probability(hits: int) -> float:
        return _log_choose(marked, hits) + _log_choose(total - marked, drawn - hits) - _log_choose(total, drawn)

    seen = log_probability(now.count)
    possible = range(max(0, drawn + marked - total), min(drawn, marked) + 1)
    return min(1.0, math.fsum(math.exp(log) for hits in possible if (log := log_probability(hits)) <= seen + 1e-9))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
