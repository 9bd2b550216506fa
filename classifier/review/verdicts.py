"""What a person decides on a comment: the one road for the queue, the panel's forms and PATCH."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alumusic.problems import FieldError, Invalid, NotFound, Problem
from classifier.models import Category, Comment, CommentState, Review, Standing, Step, Tag


class ChangedMeanwhile(Problem):
    slug = "alterado-por-outra-pessoa"
    status = 412
    title = _("Changed meanwhile")
    explanation = _("Somebody changed this comment since you read it. Read it again before you decide.")

    @classmethod
    def told(cls, comment: Comment) -> "ChangedMeanwhile":
        """The problem with who did what and when, where it was a person."""
        review = latest(comment)
        if review is None:
            return cls()
        return cls(gettext("%(act)s. Read it again before you decide.") % {"act": in_words(review)})


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of a comment; what is None stays as it is."""

    category: Category | None = None
    tags: Collection[str] | None = None
    note: str = ""

    def on(self, found: Standing) -> Standing:
        """What stands once it is taken. Raises Invalid where there is no category yet and none is given."""
        category = self.category or found.category
        if category is None:
            missing = gettext("The comment has no category yet; choose one.")
            raise Invalid(missing, errors=[FieldError("/categoria", "required", missing)])
        return Standing(
            state=CommentState.CLASSIFIED,
            category=Category(category),
            tags=found.tags if self.tags is None else tuple(sorted(set(self.tags))),
            reviewed=True,
            category_corrected=found.category_corrected or found.category not in (None, category),
        )


def latest(comment: Comment) -> Review | None:
    """The last act of a person on the comment, with who it was."""
    return comment.reviews.select_related("reviewer").order_by("-id").first()


def in_words(review: Review) -> str:
    """Who did what, and how long ago."""
    words = {
        "who": review.reviewer or gettext("Somebody"),
        "when": naturaltime(review.created_at),
        "category": review.category,
    }
    if review.action == Review.Action.UNDO:
        return gettext("%(who)s took a decision back %(when)s") % words
    return gettext("%(who)s decided %(category)s %(when)s") % words


def locked(ids: Iterable[int]) -> dict[int, Comment]:
    """The comments by id, with their tags, locked in an order in which no two wait for each other: two queries."""
    rows = Comment.objects.select_for_update(of=("self",)).with_tags().filter(pk__in=list(ids)).order_by("pk")
    return {comment.pk: comment for comment in rows}


def correct(
    comment: Comment,
    *,
    reviewer: User,
    category: Category | None = None,
    tags: Collection[str] | None = None,
    note: str = "",
    as_read: bool = True,
) -> Review:
    """The act, recorded, with the comment as the person decided; what is None stays as it is.

    A decision that changes nothing confirms. as_read: False decides on whatever stands there by now; else
    ChangedMeanwhile is raised where the comment is not what was read any more. Raises Invalid where it has no category
    yet and none is given, and NotFound where it is gone.
    """
    with transaction.atomic():
        found = locked([comment.pk]).get(comment.pk)
        if found is None:
            raise NotFound
        if as_read and found.version != comment.version:
            raise ChangedMeanwhile.told(found)
        [review] = decide([found], Decision(category, tags, note), reviewer=reviewer)
    return review


def decide(
    comments: Sequence[Comment],
    decision: Decision,
    *,
    reviewer: User,
    step: Step | None = None,
    drawn: float | None = None,
) -> list[Review]:
    """One act a comment, recorded; the comments are `locked` ones. Constant number of queries.

    drawn: the probability with which the first of them was drawn to be judged blind. It alone was, and it alone gets
    the note, since it is what the person looked at.
    """
    if decision.tags is not None:
        _refuse_retired(decision.tags, kept=comments[0].tag_names)
        decision = replace(decision, tags=Tag.objects.today(decision.tags))
    settled = [(comment, comment.standing, decision.on(comment.standing)) for comment in comments]
    reviews = [_act(*each, reviewer=reviewer, step=step) for each in settled]
    reviews[0].note, reviews[0].draw_probability, reviews[0].blind = decision.note, drawn, drawn is not None
    Comment.settle([(comment, after) for comment, _before, after in settled])
    return Review.objects.bulk_create(reviews)


def take_back(acts: Sequence[Review], comments: dict[int, Comment], *, reviewer: User, step: Step) -> list[Review]:
    """One act a comment that undoes the given one; each comment is again what that act found there.

    comments: the `locked` ones of the acts, by id, on which nobody has acted since. Constant number of queries.
    """
    if not acts:
        return []
    settled = [(comments[act.comment_id], comments[act.comment_id].standing, act.before) for act in acts]
    reviews = [_act(*each, reviewer=reviewer, step=step, action=Review.Action.UNDO) for each in settled]
    Comment.settle([(comment, after) for comment, _before, after in settled])
    return Review.objects.bulk_create(reviews)


def _act(
    comment: Comment,
    before: Standing,
    after: Standing,
    *,
    reviewer: User,
    step: Step | None,
    action: Review.Action | None = None,
) -> Review:
    same = (before.category, before.tags) == (after.category, after.tags)
    return Review(
        comment=comment,
        reviewer=reviewer,
        step=step,
        action=action or (Review.Action.CONFIRM if same else Review.Action.CORRECT),
        category=after.category,
        tags=list(after.tags),
        category_before=before.category,
        tags_before=list(before.tags),
        state_before=before.state,
        reviewed_before=before.reviewed,
        corrected_before=before.category_corrected,
    )


def _refuse_retired(tags: Collection[str], *, kept: Collection[str]) -> None:
    """Raises Invalid for tags that are in use no more; what the comment has already may stay."""
    retired = Tag.objects.retired(tags) - set(kept) if tags else set()
    if retired:
        told = gettext("This tag is in use no more.")
        errors = [
            FieldError(f"/tags_funcionalidades/{n}", "retired", told) for n, tag in enumerate(tags) if tag in retired
        ]
        raise Invalid(told, errors=errors)
