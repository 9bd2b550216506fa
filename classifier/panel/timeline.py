"""What happened to a comment, in words: each verdict of a machine and each act of a person, the newest first."""

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from classifier.models import Category, Classification, Comment, Review


@dataclass(frozen=True, slots=True)
class Event:
    """who: the engine or the person, empty where the reader may not know. probabilities: of all five, or none."""

    kind: str
    who: str
    when: datetime
    what: str
    category: str | None
    category_before: str | None = None
    tags: list[str] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    note: str = ""
    confidence: float | None = None
    probabilities: list[tuple[str, float]] = field(default_factory=list)

    @property
    def by_person(self) -> bool:
        return self.kind != "classificacao"

    @property
    def changed_category(self) -> bool:
        return self.by_person and self.category_before != self.category


def timeline(comment: Comment, *, with_names: bool) -> list[Event]:
    """Two queries. with_names: whether the reader may know who decided, and their notes."""
    events = [_verdict(each) for each in comment.classifications.all()]
    events += [_act(each, with_names=with_names) for each in comment.reviews.select_related("reviewer")]
    return sorted(events, key=lambda event: event.when, reverse=True)


def _verdict(said: Classification) -> Event:
    probabilities = said.probabilities or {}
    return Event(
        kind="classificacao",
        who=said.engine,
        when=said.created_at,
        what=_("labelled"),
        category=said.category,
        tags=said.tags,
        confidence=said.confidence,
        probabilities=sorted(((Category(name), p) for name, p in probabilities.items()), key=lambda pair: -pair[1]),
    )


def _done() -> dict[Review.Action, str]:
    """What was done, as one tells of it afterwards."""
    return {
        Review.Action.CONFIRM: _("confirmed"),
        Review.Action.CORRECT: _("corrected"),
        Review.Action.UNDO: _("took a decision back"),
    }


def _act(review: Review, *, with_names: bool) -> Event:
    before, after = set(review.tags_before), set(review.tags)
    return Event(
        kind=review.action,
        who=str(review.reviewer or _("a deleted account")) if with_names else "",
        when=review.created_at,
        what=_done()[Review.Action(review.action)],
        category=review.category,
        category_before=review.category_before,
        tags=sorted(after),
        gained=sorted(after - before),
        lost=sorted(before - after),
        note=review.note if with_names else "",
    )
