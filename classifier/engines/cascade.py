"""Two engines in turn: what the cheap one is sure of stays, the rest goes to the dear one."""

from collections.abc import Iterator, Mapping, Sequence

from classifier.engines.base import Engine, Part, Result, Verdict
from classifier.models import Category


class Cascade:
    """`first` labels what it is sure of, by a threshold of confidence a category; `second` the rest.

    thresholds: the least confidence at which a verdict of `first` stays; a category that has none never stays.
    """

    def __init__(self, first: Engine, second: Engine, thresholds: Mapping[Category, float]) -> None:
        self._first = first
        self._second = second
        self._thresholds = thresholds

    @property
    def name(self) -> str:
        return f"{self._first.name} > {self._second.name}"

    def label(self, texts: Sequence[str], *, deadline: float, urgent: bool = True) -> Iterator[Part]:
        unsure: list[int] = []
        for part in self._first.label(texts, deadline=deadline, urgent=urgent):
            kept = {place: result for place, result in part.results.items() if self._is_sure(result)}
            unsure += part.results.keys() - kept.keys()
            if kept:
                yield Part(part.engine, part.prompt_version, kept)
        unsure.sort()
        rest = [texts[place] for place in unsure]
        for part in self._second.label(rest, deadline=deadline, urgent=urgent):
            moved = {unsure[place]: result for place, result in part.results.items()}
            yield Part(part.engine, part.prompt_version, moved)

    def _is_sure(self, result: Result) -> bool:
        if not isinstance(result, Verdict):
            return False
        threshold = self._thresholds.get(result.category)
        return threshold is not None and result.confidence >= threshold
