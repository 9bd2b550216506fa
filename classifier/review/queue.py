"""What a curator gets next: by week, the newest first, then by score, with blind draws among them."""

from collections.abc import Collection, Sequence

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects

from classifier.models import Comment, CommentTag, ReviewLease, Sitting
from classifier.review import draw, leases
from classifier.review.alike import vectors_of
from classifier.review.cards import Card, cards
from classifier.review.selection import Selection, week_of
from classifier.review.window import Floats

NEAR_COPY = 0.95
APART = 3
SPARE = 24
ROUNDS = 3


def next_cards(sitting: Sitting, selection: Selection, *, want: int, at_hand: Collection[int] = ()) -> list[Card]:
    """Up to `want` cards that nobody else has and that are now leased to the sitting.

    at_hand: ids of the comments whose cards the page has already. What else the sitting holds comes first: a page
    that was loaded again goes on where it was.
    """
    held = _held_again(sitting, at_hand)[:want]
    return _shown([*held, *_lend(sitting, selection, want=want - len(held))])


def card_of(sitting: Sitting, comment_id: int) -> Card | None:
    """The card of a comment that the sitting holds; None where it does not."""
    lent = list(sitting.leases.filter(comment=comment_id).select_related("comment"))
    return next(iter(_shown(lent)), None)


def _shown(lent: Sequence[ReviewLease]) -> list[Card]:
    links = Prefetch("comment_tags", CommentTag.objects.select_related("tag"), to_attr="fetched_tags")
    prefetch_related_objects([lease.comment for lease in lent], links)
    return cards(lent)


def _held_again(sitting: Sitting, at_hand: Collection[int]) -> list[ReviewLease]:
    leases.renew(sitting)
    held = sitting.leases.exclude(comment__in=list(at_hand)).select_related("comment").order_by("taken_at", "pk")
    return [lease for lease in held if not lease.comment.reviewed]


def _lend(sitting: Sitting, selection: Selection, *, want: int) -> list[ReviewLease]:
    """Leases on what comes next; a comment that another took in the same moment is made up for.

    Blind cards take the place of others: where the selection has nothing left, none is drawn either.
    """
    lent: list[ReviewLease] = []
    for _round in range(ROUNDS):
        missing = want - len(lent)
        if missing <= 0:
            break
        chosen = _in_order(sitting, selection, missing)
        blind = sum(draw.falls(settings.REVIEW_BLIND_SHARE) for _card in chosen)
        got = leases.take(chosen[: len(chosen) - blind], sitting)
        for lease in _drawn(sitting, selection, blind) if blind else []:
            got.insert(draw.place(got), lease)
        lent += got
        if len(chosen) < missing or len(got) == missing:
            break
    return lent


def _drawn(sitting: Sitting, selection: Selection, count: int) -> list[ReviewLease]:
    """Leases on comments drawn to be judged blind."""
    drawn = draw.draw(selection, sitting, most=count)
    return leases.take([each.comment for each in drawn], sitting, drawn=drawn[0].probability) if drawn else []


def _in_order(sitting: Sitting, selection: Selection, count: int) -> list[Comment]:
    """The next `count`, near-copies apart. What is not scored yet comes last in its week."""
    comments = selection.comments()
    scored = leases.free(selection.scored(comments), sitting)[: count + SPARE]
    fresh = leases.free(comments.to_score(), sitting)[: count + SPARE]
    found = sorted([*scored, *fresh], key=_place)[: count + SPARE]
    return _apart(found, _just_seen(sitting), count)


def _place(comment: Comment) -> tuple[int, float]:
    week = comment.review_week or week_of(comment.moment)
    return -week.toordinal(), -(comment.review_score or 0)


def _just_seen(sitting: Sitting) -> list[int]:
    """The comments of the sitting's last steps and those that wait before it."""
    last = sitting.steps.order_by("-created_at").values_list("comment_id", flat=True)[:APART]
    return [*reversed(last), *sitting.leases.order_by("taken_at").values_list("comment_id", flat=True)]


def _apart(found: Sequence[Comment], seen: Sequence[int], count: int) -> list[Comment]:
    """The first `count` in order, save that one too like any of the `APART` before it waits until it is not."""
    vectors = vectors_of([*seen[-APART:], *(comment.pk for comment in found)])
    before = [vectors[key] for key in seen[-APART:] if key in vectors]
    waiting, chosen = list(found), list[Comment]()
    while waiting and len(chosen) < count:
        nexts = (comment for comment in waiting if not _near(vectors.get(comment.pk), before[-APART:]))
        comment = next(nexts, waiting[0])
        waiting.remove(comment)
        chosen.append(comment)
        if comment.pk in vectors:
            before.append(vectors[comment.pk])
    return chosen


def _near(vector: Floats | None, before: Sequence[Floats]) -> bool:
    return vector is not None and any(float(vector @ other) >= NEAR_COPY for other in before)
