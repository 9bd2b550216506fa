"""Which comments lie before which curator: for minutes, renewed while the curator is there."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from classifier.models import Comment, ReviewLease, Sitting, Step
from classifier.models.comment import CommentQuerySet

LEASE = timedelta(minutes=3)
LEAVING = timedelta(seconds=15)


def free(comments: CommentQuerySet, sitting: Sitting) -> CommentQuerySet:
    """Those that lie before nobody and that this sitting has not skipped."""
    leased = ReviewLease.objects.living(timezone.now()).filter(comment=OuterRef("pk"))
    skipped = sitting.steps.standing().filter(action=Step.Action.SKIP, comment=OuterRef("pk"))
    return comments.filter(~Exists(leased), ~Exists(skipped))


def take(comments: Sequence[Comment], sitting: Sitting, *, drawn: float | None = None) -> list[ReviewLease]:
    """The leases that the sitting got, in the order of the comments; what another was faster to take is not there.

    drawn: the probability with which each of them was drawn to be shown blind.
    """
    if not comments:
        return []
    now = timezone.now()
    ids = sorted(comment.pk for comment in comments)
    with transaction.atomic():
        ReviewLease.objects.filter(comment__in=ids, until__lte=now).delete()
        ReviewLease.objects.bulk_create(
            [ReviewLease(comment_id=pk, sitting=sitting, until=now + LEASE, draw_probability=drawn) for pk in ids],
            ignore_conflicts=True,
        )
    taken = ReviewLease.objects.filter(comment__in=ids, sitting=sitting).in_bulk()
    for comment in comments:
        if comment.pk in taken:
            taken[comment.pk].comment = comment
    return [taken[comment.pk] for comment in comments if comment.pk in taken]


def renew(sitting: Sitting) -> list[int]:
    """The ids that the sitting holds, for some minutes more; what had run out and went to another is not there."""
    sitting.leases.update(until=timezone.now() + LEASE)
    return list(sitting.leases.values_list("comment_id", flat=True))


def give_back(sitting: Sitting, ids: Iterable[int]) -> None:
    sitting.leases.filter(comment__in=list(ids)).delete()


def leave(sitting: Sitting) -> None:
    """Gives all back in some seconds: long enough for a page that is only being loaded again."""
    sitting.leases.update(until=timezone.now() + LEAVING)


def purge() -> int:
    """How many leases that ended long ago were thrown away; the queue itself never waits for this."""
    return ReviewLease.objects.filter(until__lt=timezone.now() - timedelta(days=1)).delete()[0]
