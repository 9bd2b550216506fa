"""What a person decides on a comment: the one road for the panel and for PATCH."""

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from alumusic.problems import FieldError, Invalid, Problem
from classifier.models import Category, Comment, Review, Tag


class ChangedMeanwhile(Problem):
    slug = "alterado-por-outra-pessoa"
    status = 412
    title = _("Changed meanwhile")
    explanation = _("Somebody changed this comment since you read it. Read it again before you decide.")


def correct(
    comment: Comment,
    *,
    reviewer: User,
    category: Category | None = None,
    tags: Collection[str] | None = None,
    note: str = "",
) -> Review:
    """The act, recorded, with the comment as the person decided; what is None stays as it is.

    A decision that changes nothing confirms. Raises ChangedMeanwhile where the comment is not what was read any
    more, and Invalid where it has no category yet and none is given.
    """
    decided = category or comment.category
    if decided is None:
        missing = _("The comment has no category yet; choose one.")
        raise Invalid(missing, errors=[FieldError("/categoria", "required", missing)])
    before, tags_before = comment.category, comment.tag_names
    _refuse_retired(tags or (), kept=tags_before)
    tags_after = tags_before if tags is None else Tag.objects.today(tags)
    changed = (decided, tags_after) != (before, tags_before)
    with transaction.atomic():
        if not comment.correct(Category(decided), tags_after if tags_after != tags_before else None):
            raise ChangedMeanwhile
        return Review.objects.create(
            comment=comment,
            reviewer=reviewer,
            action=Review.Action.CORRECT if changed else Review.Action.CONFIRM,
            category=decided,
            tags=tags_after,
            category_before=before,
            tags_before=tags_before,
            note=note,
        )


def _refuse_retired(tags: Collection[str], *, kept: Collection[str]) -> None:
    """Raises Invalid for tags that are in use no more; what the comment has already may stay."""
    retired = Tag.objects.retired(tags) - set(kept) if tags else set()
    if retired:
        told = _("This tag is in use no more.")
        errors = [
            FieldError(f"/tags_funcionalidades/{n}", "retired", told) for n, tag in enumerate(tags) if tag in retired
        ]
        raise Invalid(told, errors=errors)
