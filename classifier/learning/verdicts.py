"""What people decided of comments and has not been taken back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from classifier.models import Category, Review

# Who sees a proposal tends to accept it, so that a confirmation says less than a verdict given blind.
CONFIRMED = 0.5


@dataclass(frozen=True, slots=True)
class Act:
    """One review, as far as learning and honest figures need it. said: what stood there before; None where nothing."""

    comment: int
    action: str
    category: str | None
    said: str | None
    blind: bool
    drawn: float | None
    moment: datetime


@dataclass(frozen=True, slots=True)
class Taught:
    """What people say of one comment. weight: 1 where a person judged it blind or against what was proposed."""

    comment: int
    text: str
    category: Category
    weight: float
    blind: bool


COLUMNS = ("comment_id", "action", "category", "category_before", "blind", "draw_probability", "created_at")


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
    blind = [act for act in with_category if act.blind]
    return (blind or with_category or [None])[-1]


def taught() -> list[Taught]:
    """Of every comment that a person decided, in the order of the comments."""
    decided = {}
    for comment, acts in acts_by_comment(Review.objects.all()):
        if act := deciding(acts):
            decided[comment] = (Category(act.category), weight_of(act), act.blind)
    found = Review.objects.filter(comment__in=decided).order_by("comment_id").distinct()
    texts = found.values_list("comment_id", "comment__text")
    return [Taught(comment, text, *decided[comment]) for comment, text in texts.iterator(chunk_size=2_000)]


def weight_of(act: Act) -> float:
    return 1.0 if act.blind or act.category != act.said else CONFIRMED
