"""Runs as they are kept: measured once, compared and looked at as often as wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from classifier.models import Category, Comment, DataSet, DataSetItem, Run, RunAnswer

from . import asking, comparison
from .asking import Answer, Asked, Cost, Tell
from .comparison import Comparison
from .data_sets import Example, Examples
from .measuring import CATEGORIES, Measured, as_json, measured, places
from .thresholds import Check

CHUNK = 500


class NoSuchRunError(Exception):
    """There is no run of that number."""


class DifferentDataError(Exception):
    """Two runs were measured on different data sets: their difference would say nothing."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One engine's answers to a data set, fresh or kept. ids: of the data set's items, where they are kept."""

    examples: Examples
    asked: Asked
    run: Run | None = None
    ids: Sequence[int] = ()

    @property
    def truth(self) -> list[Category]:
        return [item.category for item in self.examples.items]

    @property
    def said(self) -> list[Category | None]:
        return [answer.category for answer in self.asked.answers]

    def measured(self) -> Measured:
        return measured(self.truth, self.asked.answers)


def ask(kind: str, examples: Examples, *, tell: Tell) -> Sheet:
    """Raises asking.NoAnswersError."""
    return Sheet(examples, asking.ask(kind, [item.text for item in examples.items], tell=tell))


def keep(sheet: Sheet, found: Measured, checks: Sequence[Check]) -> Run:
    """The run, saved with every answer. Comments that were erased while the engine was asked are left out."""
    asked = sheet.asked
    with transaction.atomic():
        data_set = _data_set(sheet.examples)
        run = Run.objects.create(
            data_set=data_set,
            engine=asked.kind,
            model=asked.model,
            prompt_version=asked.prompt_version,
            figures={**as_json(found), "limiares": [check.as_json() for check in checks]},
            passed=all(check.met for check in checks) if checks else None,
            seconds=asked.cost.seconds,
            prompt_tokens=asked.cost.prompt_tokens,
            completion_tokens=asked.cost.completion_tokens,
            cost_usd=asked.cost.usd,
            started_at=timezone.now(),
        )
        items = dict(data_set.items.values_list("position", "pk"))
        RunAnswer.objects.bulk_create(
            [
                RunAnswer(
                    run=run, item_id=items[place], category=answer.category, confidence=answer.confidence,
                    engine=answer.engine, failure=answer.failure,
                )
                for place, answer in enumerate(asked.answers)
                if place in items
            ],
            batch_size=CHUNK,
        )  # fmt: skip
    return run


def _data_set(examples: Examples) -> DataSet:
    data_set, created = DataSet.objects.get_or_create(
        sha256=examples.sha256,
        defaults={"source": examples.source, "name": examples.name[:200], "size": len(examples.items)},
    )
    if created:
        there = _still_there(examples)
        DataSetItem.objects.bulk_create(
            [
                DataSetItem(
                    data_set=data_set, position=place, category=item.category, comment_id=item.comment,
                    text=item.text if item.comment is None else "", blind=item.blind,
                )
                for place, item in enumerate(examples.items)
                if item.comment is None or item.comment in there
            ],
            batch_size=CHUNK,
        )  # fmt: skip
    return data_set


def _still_there(examples: Examples) -> set[int]:
    ids = [item.comment for item in examples.items if item.comment is not None]
    found: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        found |= set(Comment.objects.filter(pk__in=ids[start : start + CHUNK]).values_list("pk", flat=True))
    return found


def load(number: int) -> Sheet:
    """The run of that number, with the comments that are still there. Raises NoSuchRunError."""
    run = Run.objects.select_related("data_set").filter(pk=number).first()
    if run is None:
        raise NoSuchRunError(number)
    rows = list(run.answers.select_related("item__comment").order_by("item__position"))
    items = [Example(row.item.words, Category(row.item.category), row.item.comment_id, row.item.blind) for row in rows]
    answers = [
        Answer(Category(row.category) if row.category else None, row.confidence, row.engine, row.failure)
        for row in rows
    ]
    cost = Cost(run.seconds, run.prompt_tokens, run.completion_tokens, run.cost_usd)
    examples = Examples(DataSet.Source(run.data_set.source), run.data_set.name, items)
    asked = Asked(run.engine, run.model, run.prompt_version, answers, cost)
    return Sheet(examples, asked, run, [row.item_id for row in rows])


@dataclass(frozen=True, slots=True)
class Flip:
    """A comment that one alone has right. mended: the second does."""

    example: Example
    first: Answer
    second: Answer
    mended: bool


def compare(first: Sheet, second: Sheet) -> tuple[Comparison, list[Flip]]:
    """The second against the first, and the comments on which they differ, those that got worse first.

    Raises DifferentDataError.
    """
    if first.examples.sha256 != second.examples.sha256:
        raise DifferentDataError
    result = comparison.compare(
        places(first.truth), places(first.said), places(second.said), categories=len(CATEGORIES)
    )
    rows = zip(first.examples.items, first.asked.answers, second.asked.answers, strict=True)
    flips = [
        Flip(example, one, two, mended=two.category == example.category)
        for example, one, two in rows
        if (one.category == example.category) != (two.category == example.category)
    ]
    return result, sorted(flips, key=lambda flip: flip.mended)
