"""One verdict for many comments that a person ticked, recorded for each."""

from collections.abc import Mapping

from accounts.models import User
from alumusic.problems import Invalid
from classifier.models import Category, Comment
from classifier.review import verdicts


def correct_each(
    seen: Mapping[int, int], *, reviewer: User, category: Category | None, note: str = ""
) -> tuple[list[Comment], list[Comment]]:
    """Those that were decided, and those that were left alone: changed since they were read, or with no category.

    seen: the version that the person read of each comment, by id. category: None confirms what stands.
    """
    decided, left = [], []
    for comment in Comment.objects.with_tags().filter(pk__in=seen).order_by("pk"):
        comment.version = seen[comment.pk]
        try:
            verdicts.correct(comment, reviewer=reviewer, category=category, note=note)
        except (verdicts.ChangedMeanwhile, Invalid):
            left.append(comment)
        else:
            decided.append(comment)
    return decided, left
