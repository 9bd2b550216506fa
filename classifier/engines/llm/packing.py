"""How many comments go into one call."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Self

MOST = 40
# For a backlog: what is under way when a worker is killed is paid for twice, so no more is than the pace needs.
BULK = 25
PACE = 200
FEWEST = 4
MOST_CHARACTERS = 16_000
SECOND_ASKING = 5
ASKINGS = 3


@dataclass(frozen=True, slots=True)
class Pack:
    """What one call asks. items: places in the batch. asking: how many times these were asked before."""

    items: tuple[int, ...]
    asking: int = 0

    def halves(self) -> list[Self]:
        middle = len(self.items) // 2
        return [self._of(self.items[:middle], self.asking), self._of(self.items[middle:], self.asking)]

    def first(self, count: int) -> Self:
        return self._of(self.items[:count], self.asking)

    def without(self, count: int) -> list[Self]:
        """The pack of what is not in `first`; none where nothing is left."""
        return [self._of(rest, self.asking)] if (rest := self.items[count:]) else []

    def again(self, items: Collection[int]) -> list[Self]:
        """The packs that ask these of its items once more: smaller ones, then each alone, then none."""
        asking = self.asking + 1
        if asking == ASKINGS:
            return []
        size = max(1, min(SECOND_ASKING, len(self.items) // 2)) if asking == 1 else 1
        ordered = sorted(items)
        return [self._of(ordered[start : start + size], asking) for start in range(0, len(ordered), size)]

    @classmethod
    def _of(cls, items: Sequence[int], asking: int) -> Self:
        return cls(tuple(items), asking)


def packs(texts: Sequence[str], *, connections: int) -> list[Pack]:
    """The texts in packs of nearly one size: few enough a call to use every free connection, many enough to pay.

    A call costs the fixed part of the prompt whatever it carries, hence FEWEST; its time grows with what is to be
    written, hence the spreading.
    """
    return _even(texts, min(MOST, max(FEWEST, ceil(len(texts) / max(1, connections)))))


def bulk(texts: Sequence[str]) -> list[Pack]:
    """The texts in packs of BULK, for whom nobody waits."""
    return _even(texts, BULK)


def window(seconds: float | None) -> int:
    """How many packs of a backlog to have under way, where a call takes so many seconds, for PACE comments a second."""
    return max(2, ceil(PACE * (seconds or 0.0) / BULK))


def _even(texts: Sequence[str], size: int) -> list[Pack]:
    if not texts:
        return []
    count = ceil(len(texts) / size)
    bounds = [len(texts) * n // count for n in range(count + 1)]
    return [fit for start, end in pairwise(bounds) for fit in _fitting(Pack(tuple(range(start, end))), texts)]


def _fitting(pack: Pack, texts: Sequence[str]) -> Iterator[Pack]:
    if len(pack.items) == 1 or sum(len(texts[item]) for item in pack.items) <= MOST_CHARACTERS:
        yield pack
    else:
        for half in pack.halves():
            yield from _fitting(half, texts)
