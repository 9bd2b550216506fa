"""Who may label a comment now: a lease and a token a claim. The rows are the queue."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from classifier.models import Comment, CommentState

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 5
SUSPECT_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Claim:
    """Comments that one worker holds under one token until the lease ends."""

    token: uuid.UUID
    comments: list[Comment]


def claim(limit: int) -> Claim:
    """Up to `limit` waiting comments, the oldest first, that no other worker has or gets.

    What was claimed in vain before comes last and alone, so that one that kills its worker takes no other with it.
    """
    now = timezone.now()
    token = uuid.uuid4()
    with transaction.atomic():
        waiting = Comment.objects.claimable(now).select_for_update(skip_locked=True, of=("self",))
        oldest = waiting.order_by("id").values_list("pk", flat=True)
        ids = list(oldest.filter(attempts__lt=SUSPECT_ATTEMPTS)[:limit]) or list(oldest[:1])
        Comment.objects.filter(pk__in=ids).update(
            lease_token=token, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    return Claim(token, list(Comment.objects.filter(pk__in=ids, lease_token=token).order_by("id")))


def release(ids: Iterable[int], token: uuid.UUID) -> None:
    """Gives back to the queue what could not be labelled now; the try does not count against the comment."""
    Comment.objects.filter(pk__in=ids, lease_token=token).update(lease_token=None, lease_until=None, attempts=0)


def set_aside(ids: Iterable[int], token: uuid.UUID) -> None:
    """Ends the tries on what no engine can label."""
    held = Comment.objects.filter(pk__in=ids, lease_token=token, state=CommentState.PENDING)
    held.update(**_failed())


def set_aside_poison() -> int:
    """How many were set aside because each claim on them ended with a dead worker, `MAX_ATTEMPTS` times."""
    return Comment.objects.claimable(timezone.now()).filter(attempts__gte=MAX_ATTEMPTS).update(**_failed())


def _failed() -> dict[str, Any]:
    return {
        "state": CommentState.FAILED,
        "lease_token": None,
        "lease_until": None,
        "updated_at": timezone.now(),
        "version": F("version") + 1,
    }
