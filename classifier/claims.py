"""Who may label a comment now: a lease and a token a claim. The rows are the queue."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from classifier.models import Comment, CommentState

LEASE = timedelta(seconds=90)
# What was claimed so many times in vain is claimed with so many others at most, so that one that kills its worker
# takes ever fewer with it; the last stands for all that were claimed more often.
FEWER = (640, 640, 40, 5, 1)
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Claim:
    """Comments that one worker holds under one token until the lease ends."""

    token: uuid.UUID
    comments: list[Comment]

    @property
    def held(self) -> Q:
        return Q(lease_token=self.token)


def claim(limit: int) -> Claim:
    """Up to `limit` waiting comments that no other worker has or gets: the least often claimed, of these the oldest."""
    now = timezone.now()
    token = uuid.uuid4()
    with transaction.atomic():
        waiting = Comment.objects.claimable(now).select_for_update(skip_locked=True, of=("self",))
        oldest = list(waiting.order_by("attempts", "id").values_list("pk", "attempts")[:limit])
        tried = oldest[0][1] if oldest else 0
        most = FEWER[min(tried, len(FEWER) - 1)]
        ids = [pk for pk, attempts in oldest if attempts == tried][:most]
        Comment.objects.filter(pk__in=ids).update(
            lease_token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    return Claim(token, list(Comment.objects.filter(pk__in=ids, lease_token=token).order_by("id")))


def release(comments: Iterable[Comment], token: uuid.UUID, *, in_vain: Collection[int] = ()) -> None:
    """Gives back to the queue what of a claim has no label.

    in_vain: ids of those that were asked about and got no answer: their try counts.
    """
    held = Comment.objects.filter(pk__in=[comment.pk for comment in comments], lease_token=token)
    held.filter(pk__in=in_vain).update(lease_token=None, lease_until=None)
    held.update(lease_token=None, lease_until=None, attempts=0)


def set_aside_poison() -> int:
    """How many were set aside because each claim on them ended with a dead worker, `MAX_ATTEMPTS` times."""
    now = timezone.now()
    return (
        Comment.objects.claimable(now)
        .filter(attempts__gte=MAX_ATTEMPTS)
        .update(
            state=CommentState.FAILED,
            lease_token=None,
            lease_until=None,
            updated_at=now,
            version=F("version") + 1,
        )
    )


def anything_new() -> bool:
    """True where a comment waits about which nobody was asked yet."""
    return Comment.objects.claimable(timezone.now()).filter(attempts=0).exists()
