"""One verdict for many comments that a person ticked: recorded for each, taken back as one step."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from classifier.models import Comment, Review, Sitting, Step
from classifier.review import leases, steps, verdicts
from classifier.review.verdicts import Decision

UNDOABLE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Bulk:
    """left: what was not touched: changed since it was read, or no category to confirm. step: None where all was."""

    step: Step | None
    decided: int
    left: list[Comment]


def correct(seen: Mapping[int, int], decision: Decision, *, reviewer: User) -> Bulk:
    """seen: the version that the person read of each comment, by id. Constant number of queries."""
    with transaction.atomic():
        comments = verdicts.locked(seen).values()
        chosen = [c for c in comments if c.version == seen[c.pk] and (decision.category or c.category)]
        left = [comment for comment in comments if comment not in chosen]
        if not chosen:
            return Bulk(None, 0, left)
        sitting = Sitting.objects.create(curator=reviewer)
        step = Step.objects.create(pk=uuid.uuid4(), sitting=sitting, action=Step.Action.VERDICT, comment=chosen[0])
        verdicts.decide(chosen, decision, reviewer=reviewer, step=step)
        Review.objects.filter(step=step).update(note=decision.note)
        return Bulk(step, len(chosen), left)


def undoable(step: uuid.UUID, reviewer: User) -> Step | None:
    """The bulk verdict of this key, where it is the reviewer's, recent, and still stands."""
    recent = Step.objects.standing().filter(created_at__gte=timezone.now() - UNDOABLE)
    return recent.filter(pk=step, sitting__curator=reviewer).select_related("sitting").first()


def undo(step: Step) -> steps.Outcome:
    """Takes the whole of it back; what somebody has acted on since stays as they left it, and is named."""
    outcome = steps.undo(step.sitting, uuid.uuid4())
    leases.leave(step.sitting)
    return outcome
