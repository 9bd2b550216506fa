"""What people did to comments and has not been taken back, read for many comments at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from classifier.models import Review

COLUMNS = ("comment_id", "action", "category", "category_before", "blind", "draw_probability", "created_at")


@dataclass(frozen=True, slots=True)
class Act:
    """One review. said: what stood there before; None where nothing. drawn: its probability, of a blind one."""

    comment: int
    action: str
    category: str | None
    said: str | None
    blind: bool
    drawn: float | None
    moment: datetime


def acts_by_comment(reviews: "QuerySet[Review]") -> Iterator[tuple[int, list[Act]]]:
    """Each comment's acts that stand, in order; comments of which nothing stands are left out."""
    rows = reviews.order_by("comment_id", "id").values_list(*COLUMNS).iterator(chunk_size=2_000)
    for comment, acts in groupby((Act(*row) for row in rows), key=lambda act: act.comment):
        if standing := standing_of(acts):
            yield comment, standing


def standing_of(acts: Iterable[Act]) -> list[Act]:
    """Without those that were taken back: an undo takes back the act before it, since nobody acted in between."""
    standing: list[Act] = []
    for act in acts:
        if act.action != Review.Action.UNDO:
            standing.append(act)
        elif standing:
            standing.pop()
    return standing


def deciding(acts: Iterable[Act]) -> Act | None:
    """The act that says what the comment is: the last one given blind, which is the truth; else the last."""
    with_category = [act for act in acts if act.category]
    decisive = [act for act in with_category if act.blind] or with_category
    return decisive[-1] if decisive else None
