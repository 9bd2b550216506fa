"""What comments show on the panel's home page; each part reads an index, however many comments there are."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alumusic.llm import availability
from alumusic.panel import Notice, Section
from alumusic.problems import Text
from alumusic.weeks import start_of
from classifier.engines import engine_in_service
from classifier.models import Comment, CommentState, Review

LIST = "admin:classifier_comment_changelist"
MANY = 10_000
STUCK = timedelta(minutes=15)


def waiting(request: HttpRequest) -> Section | None:
    """What waits for review, this week's first, and what the reader did today."""
    if not request.user.has_perm("classifier.view_comment"):
        return None
    unreviewed = Comment.objects.filter(reviewed=False, state=CommentState.CLASSIFIED)
    today = start_of(timezone.localdate())
    context = {
        "week": unreviewed.filter(moment__gte=_monday()).count_up_to(MANY + 1),
        "doubtful": unreviewed.filter(moment__gte=_monday(), confidence__lt=0.5).count_up_to(MANY + 1),
        "most": MANY,
        "since": _monday().date().isoformat(),
        "mine": Review.objects.filter(reviewer=request.user.pk, created_at__gte=today).count(),
        "may_review": request.user.has_perm("classifier.review_comment"),
    }
    return Section("classifier/home_waiting.html", context)


def engine(request: HttpRequest) -> Section | None:
    """Which engine labels, what is in its queue, and what no engine could label."""
    if not request.user.has_perm("classifier.view_comment"):
        return None
    pending = Comment.objects.filter(state=CommentState.PENDING)
    context = {
        "name": engine_in_service().name,
        "refusal": refusal(),
        "pending": pending.count_up_to(MANY + 1),
        "oldest": pending.order_by("moment", "id").values_list("created_at", flat=True).first(),
        "most": MANY,
        "last": Comment.objects.filter(state=CommentState.CLASSIFIED).order_by("-moment", "-id").first(),
    }
    return Section("classifier/home_engine.html", context)


def refusal() -> Text | None:
    """Why the language model is not to be asked now, in words; None where it may be, or where it is not in service."""
    if "llm/" not in engine_in_service().name:
        return None
    return availability.REFUSALS.get(availability.refusal() or "")


def notices(request: HttpRequest) -> Iterator[Notice]:
    if not request.user.has_perm("classifier.view_comment"):
        return
    if failed := Comment.objects.filter(state=CommentState.FAILED).count_up_to(MANY + 1):
        sentence = ngettext(
            "%(n)s comment has no label: no engine could give one.",
            "%(n)s comments have no label: no engine could give one.",
            failed,
        )
        yield Notice(sentence % {"n": failed}, f"{reverse(LIST)}?estado={CommentState.FAILED.value}")
    if fallen := Comment.objects.fallen_back().filter(reviewed=False).count_up_to(MANY + 1):
        sentence = ngettext(
            "%(n)s comment was refused by the main engine and labelled by another; a person should look.",
            "%(n)s comments were refused by the main engine and labelled by another; a person should look.",
            fallen,
        )
        yield Notice(sentence % {"n": fallen}, f"{reverse(LIST)}?substituido=true&revisado=false")
    stuck = Comment.objects.filter(state=CommentState.PENDING, created_at__lt=timezone.now() - STUCK)
    if stuck.exists():
        yield Notice(
            _("Comments have been waiting for a label for more than 15 minutes. Is the worker running?"),
            f"{reverse(LIST)}?estado={CommentState.PENDING.value}&ordem=antigos",
            urgent=True,
        )


def _monday() -> Any:
    today = timezone.localdate()
    return start_of(today - timedelta(days=today.weekday()))
