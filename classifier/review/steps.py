"""What a curator does at the queue, key press by key press: each once, whatever the network does, and each undoable."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alumusic.problems import Forbidden, Invalid, NotFound, Problem
from classifier.models import Comment, Review, Sitting, Step
from classifier.review import leases, verdicts
from classifier.review.alike import holders_of
from classifier.review.verdicts import Decision


class NothingToUndo(Problem):
    slug = "nada-a-desfazer"
    status = 409
    title = _("Nothing to undo")
    explanation = _("Nothing done in this sitting is left to be undone.")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A comment that a step did not touch, and why, in words."""

    comment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did. reviews: the acts it recorded, its own comment's first. repeated: it had been done before."""

    step: Step
    reviews: list[Review] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    repeated: bool = False


def sitting_of(curator: User, key: uuid.UUID) -> Sitting:
    """The curator's sitting of this key, begun if it is new. Raises Forbidden where it is somebody else's."""
    sitting, _created = Sitting.objects.get_or_create(pk=key, defaults={"curator": curator})
    if sitting.curator_id != curator.pk:
        raise Forbidden(_("This sitting was begun by somebody else. Load the page again to begin yours."))
    sitting.curator = curator
    return sitting


def judge(sitting: Sitting, key: uuid.UUID, *, seen: Mapping[int, int], decision: Decision) -> Outcome:
    """The decision on a card, and on the look-alikes that were chosen with it, as one step.

    seen: the version that the curator saw of each comment, by its id, the card's first. What another person has
    decided since, or has before them, is left out and named; where that is the card itself, ChangedMeanwhile is raised
    and nothing is recorded. That a machine labelled a comment anew is no reason: the person judged the text.
    """
    with transaction.atomic():
        if done := _done(sitting, key):
            return done
        comments = verdicts.locked(seen)
        main, *others = seen
        if main not in comments:
            raise NotFound
        if _decided_since(comments[main], seen[main]):
            raise verdicts.ChangedMeanwhile.told(comments[main])
        lease = sitting.leases.filter(comment=main).first()
        if lease and lease.blind and others:
            raise Invalid(gettext("A blind card is decided alone."))
        left_out = _taken(others, comments, sitting)
        chosen = [comments[pk] for pk in seen if pk not in {each.comment_id for each in left_out}]
        step = Step.objects.create(pk=key, sitting=sitting, action=Step.Action.VERDICT, comment=comments[main])
        reviews = verdicts.decide(
            chosen, decision, reviewer=sitting.curator, step=step, drawn=lease.draw_probability if lease else None
        )
        leases.give_back(sitting, [comment.pk for comment in chosen])
        return Outcome(step, reviews, left_out)


def skip(sitting: Sitting, key: uuid.UUID, comment_id: int) -> Outcome:
    """Lays the comment aside for this sitting; others may have it at once."""
    with transaction.atomic():
        if done := _done(sitting, key):
            return done
        comment = Comment.objects.filter(pk=comment_id).first()
        if comment is None:
            raise NotFound
        step = Step.objects.create(pk=key, sitting=sitting, action=Step.Action.SKIP, comment=comment)
        leases.give_back(sitting, [comment.pk])
        return Outcome(step)


def undo(sitting: Sitting, key: uuid.UUID) -> Outcome:
    """Takes back the last step that stands, whole; its card is leased to the sitting again, no longer blind.

    What somebody has acted on since stays as they left it, and is named. Raises NothingToUndo.
    """
    with transaction.atomic():
        if done := _done(sitting, key):
            return done
        last = sitting.steps.last_undoable()
        if last is None:
            raise NothingToUndo
        acts = list(last.reviews.order_by("id"))
        comments = verdicts.locked([last.comment_id, *(act.comment_id for act in acts)])
        left_out = _acted_on_since(acts)
        untouched = [act for act in acts if act.comment_id not in {each.comment_id for each in left_out}]
        step = Step.objects.create(
            pk=key, sitting=sitting, action=Step.Action.UNDO, undoes=last, comment_id=last.comment_id
        )
        reviews = verdicts.take_back(untouched, comments, reviewer=sitting.curator, step=step)
        leases.take([comments[last.comment_id]], sitting)
        return Outcome(step, reviews, left_out)


def _done(sitting: Sitting, key: uuid.UUID) -> Outcome | None:
    """What the step of this key did, where it was done before. The sitting is locked: its steps follow one another."""
    Sitting.objects.select_for_update().get(pk=sitting.pk)
    step = Step.objects.filter(pk=key).first()
    if step is None:
        return None
    if step.sitting_id != sitting.pk:
        raise Forbidden
    return Outcome(step, list(step.reviews.order_by("id")), repeated=True)


def _decided_since(comment: Comment, version: int) -> bool:
    return comment.reviewed and comment.version != version


def _taken(others: Sequence[int], comments: Mapping[int, Comment], sitting: Sitting) -> list[LeftOut]:
    """Those of the look-alikes that are gone, decided by now, or before somebody else."""
    holders = holders_of(others, sitting) if others else {}
    found = []
    for pk in others:
        if pk not in comments:
            found.append(LeftOut(pk, gettext("It is not there any more")))
        elif comments[pk].reviewed:
            found.append(LeftOut(pk, _who(comments[pk])))
        elif pk in holders:
            found.append(LeftOut(pk, gettext("%(who)s is looking at it") % {"who": holders[pk]}))
    return found


def _who(comment: Comment) -> str:
    review = verdicts.latest(comment)
    return verdicts.in_words(review) if review else gettext("It is decided already")


def _acted_on_since(acts: Sequence[Review]) -> list[LeftOut]:
    """Those of the acts' comments on which a person has acted after them."""
    own = {act.comment_id: act.pk for act in acts}
    later = Review.objects.filter(comment__in=own).select_related("reviewer").order_by("id")
    newest = {review.comment_id: review for review in later}
    return [LeftOut(pk, verdicts.in_words(review)) for pk, review in newest.items() if review.pk != own[pk]]
