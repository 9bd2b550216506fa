"""Labelled comments that an engine labels again: because it was out of service, or because a person asks."""

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from classifier import labelling, wake
from classifier.engines import Remedy, embedded_engine, llm_engine
from classifier.models import Batch, BatchItem, Classification, Comment, CommentState, Relabelling

LEASE = timedelta(seconds=90)
ENGINE_SECONDS = 45.0
CHUNK = 320
MAX_ATTEMPTS = 5


def request(comments: QuerySet[Comment], *, engine: Relabelling.EngineKind, by: User) -> Batch:
    """A batch that follows the engine through these comments, in the background; those without a label are left out.

    What a person decided stays; the engine's new verdict then shows in the history, and in `motor` and `confianca`.
    """
    keys = list(comments.filter(state=CommentState.CLASSIFIED).order_by("-moment", "-id").values_list("pk", flat=True))
    with transaction.atomic():
        batch = Batch.objects.create(owner=by)
        BatchItem.objects.bulk_create(
            (BatchItem(batch=batch, position=position, comment_id=pk) for position, pk in enumerate(keys)),
            batch_size=5_000,
        )
        Relabelling.objects.bulk_create(
            [Relabelling(comment_id=pk, engine_kind=engine, batch=batch) for pk in keys],
            update_conflicts=True,
            unique_fields=["comment", "engine_kind"],
            update_fields=["batch"],
            batch_size=5_000,
        )
        wake.worker(wake.RELABELLING)
    return batch


def work(*, seconds: float) -> int:
    """How many comments were labelled again, within about so many seconds."""
    ends = time.monotonic() + seconds
    done = 0
    for kind in Relabelling.EngineKind:
        while time.monotonic() < ends and (moved := _work_on_a_claim(kind)):
            done += moved
    return done


def _work_on_a_claim(kind: Relabelling.EngineKind) -> int:
    """How many comments left the queue; 0 where none waits, or the engine is still out of service."""
    token = uuid.uuid4()
    rows = _claim(kind, token)
    left = 0
    for asked in (False, True):
        comments = [row.comment for row in rows if (row.batch_id is not None) is asked]
        if comments:
            left += _label(comments, token, kind, asked=asked)
    held = Relabelling.objects.filter(pk__in=[row.pk for row in rows], lease_token=token)
    held.update(lease_token=None, lease_until=None, attempts=0)
    return left


def _claim(kind: Relabelling.EngineKind, token: uuid.UUID) -> list[Relabelling]:
    """The oldest of the queue, with their comments. What killed its worker again and again leaves the queue."""
    now = timezone.now()
    free = Relabelling.objects.claimable(now).filter(engine_kind=kind)
    free.filter(attempts__gte=MAX_ATTEMPTS).delete()
    with transaction.atomic():
        oldest = free.select_for_update(skip_locked=True).order_by("id").values_list("pk", flat=True)[:CHUNK]
        claimed = Relabelling.objects.filter(pk__in=list(oldest))
        claimed.update(lease_token=token, lease_until=now + LEASE, attempts=F("attempts") + 1)
    return list(claimed.filter(lease_token=token).select_related("comment").order_by("id"))


def _label(comments: Sequence[Comment], token: uuid.UUID, kind: Relabelling.EngineKind, *, asked: bool) -> int:
    """asked: by a person, who wants a new answer where the engine has given one already."""
    work = labelling.Work(
        comments,
        held=Q(relabellings__lease_token=token),
        deadline=time.monotonic() + ENGINE_SECONDS,
        turns=_next_turns(comments) if asked else {},
    )
    engine = llm_engine(fresh=asked) if kind is Relabelling.EngineKind.LLM else embedded_engine()
    left = 0
    for outcome in labelling.ask(work, engine):
        never = {comment.pk: f.reason for comment, f in outcome.failures if f.remedy is Remedy.REPLACE}
        with transaction.atomic():
            _send_to_review(never, work.held)
            done = [*outcome.labelled, *never]
            Relabelling.objects.filter(comment__in=done, lease_token=token).delete()
        left += len(done)
    return left


def _send_to_review(never: dict[int, str], held: Q) -> None:
    """The comments keep their label, and why the engine will never give one."""
    for reason in set(never.values()):
        ids = [pk for pk, why in never.items() if why == reason]
        mine = list(Comment.objects.filter(held, pk__in=ids).values_list("pk", flat=True))
        Comment.objects.filter(pk__in=mine).update(
            fallback_reason=reason, version=F("version") + 1, updated_at=timezone.now()
        )


def _next_turns(comments: Sequence[Comment]) -> dict[int, int]:
    """The turn of each comment's next classification, by its id: unique among all of its engines."""
    asked = Classification.objects.filter(comment__in=[comment.pk for comment in comments]).order_by()
    return dict(asked.values_list("comment_id").annotate(next=Max("turn") + 1))
