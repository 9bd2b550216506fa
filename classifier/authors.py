"""One author's comments: found, and erased with all that is known of them (LGPD, articles 16 and 18)."""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, Max, Min

from accounts.models import User
from classifier.engines.llm import memory
from classifier.models import AuthorRequest, Comment, KnownAnswer, Upload, UploadOmission
from classifier.models.comment import CommentQuerySet

logger = logging.getLogger("alumusic.security")

BATCH = 500


class Spelling(TypedDict):
    """An author's name as it was sent, and what there is under it."""

    author: str
    comments: int
    first: datetime
    last: datetime


def spellings(name: str) -> list[Spelling]:
    """The names that are this one but for capital letters; two of them may be two people."""
    found = Comment.objects.exclude(author="").filter(author__iexact=name).order_by("author").values("author")
    return list(found.annotate(comments=Count("pk"), first=Min("moment"), last=Max("moment")))


def comments_of(author: str) -> CommentQuerySet:
    """Those under exactly this name, the oldest first. `iexact` is what the index serves."""
    if not author:
        return Comment.objects.none()
    return Comment.objects.exclude(author="").filter(author__iexact=author, author=author).order_by("pk")


def erase(author: str, *, by: User | None) -> int:
    """How many comments were deleted, with their labels, history, vectors, quotes and places in batches.

    Lines of this author in files that are still to be read become no comments. Safe to run twice, and to be stopped;
    the figures of their hours are counted anew.
    """
    erased = 0
    with transaction.atomic():
        _keep_out_of_open_files(author)
    while batch := list(comments_of(author).values_list("pk", "text")[:BATCH]):
        with transaction.atomic():
            keys = [pk for pk, _text in batch]
            Comment.objects.filter(pk__in=keys).delete()
            _forget_answers({text for _pk, text in batch})
            LogEntry.objects.filter(
                content_type=ContentType.objects.get_for_model(Comment), object_id__in=[str(key) for key in keys]
            ).delete()
        erased += len(batch)
    record(AuthorRequest.Action.ERASE, erased, by=by)
    return erased


def record(action: AuthorRequest.Action, comments: int, *, by: User | None) -> None:
    AuthorRequest.objects.create(action=action, comments=comments, actor=by)
    logger.warning("data of an author, %s: %s comments, by user %s", action, comments, by.pk if by else "-")


def _keep_out_of_open_files(author: str) -> None:
    """The lock waits for the chunk that is being stored; the next one reads the omission."""
    held = Upload.objects.still_open().select_for_update(of=("self",)).order_by("pk")
    if author:
        UploadOmission.objects.bulk_create(
            [UploadOmission(upload=upload, author=author) for upload in held], ignore_conflicts=True
        )


def _forget_answers(texts: Iterable[str]) -> None:
    """What a model said of these texts goes with them: a text that is gone can be guessed by its hash."""
    KnownAnswer.objects.filter(key__in=[memory.key_of(text) for text in texts]).delete()
