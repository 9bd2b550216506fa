"""Questions in the panel: the page, and what its script asks of the server, by session and not by token."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alumusic import json_input
from alumusic.panel import PanelPage
from alumusic.problems import NotFound, Problem
from alumusic.validation import read_body, read_query
from classifier.models import Category
from classifier.paging import page
from insights import answers
from insights.api.views import ASK, NEWEST
from insights.api.wire import FEWEST_CHARACTERS, Asked, Rated
from insights.models import MAX_QUESTION, Question
from insights.panel.wire import PageQuery, summary_body, words
from insights.sources import FEWEST, MOST
from insights.wire import question_body, streaming_response
from reports.models import WeeklySummary

VIEW_THEMES = ["reports.view_theme", "classifier.view_comment"]
VIEW_ALL = "insights.view_question"
IN_HISTORY = 20
SUGGESTED = 4
SUGGESTIONS = {
    Category.CRITICISM: gettext_lazy("What do they complain of about “%(theme)s”?"),
    Category.SUGGESTION: gettext_lazy("What do they ask for about “%(theme)s”?"),
    Category.QUESTION: gettext_lazy("What do they want to know about “%(theme)s”?"),
    Category.PRAISE: gettext_lazy("What do they like about “%(theme)s”?"),
}


class Insights(PanelPage):
    """The page: the field, one answer, and what was asked before."""

    title = gettext_lazy("Questions")
    permissions = {"GET": ASK}
    menu_order = 60
    template_name = "insights/insights.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        query = read_query(PageQuery, request)
        everybody = query.everybody == "1" and request.user.has_perm(VIEW_ALL)
        questions = Question.objects.all() if everybody else Question.objects.of(request.user)
        history = page(questions.select_related("owner"), NEWEST, cursor=query.cursor, limit=IN_HISTORY)
        return self.page(
            sent=WeeklySummary.objects.sent().count(),
            fewest=FEWEST,
            weeks=range(FEWEST, MOST + 1),
            fewest_characters=FEWEST_CHARACTERS,
            most_characters=MAX_QUESTION,
            suggestions=suggestions(),
            history=history,
            everybody=everybody,
            may_see_everybody=request.user.has_perm(VIEW_ALL),
            setup={"urls": addresses(), "words": words(), "open": _open(request, query)},
        )


def _open(request: HttpRequest, query: PageQuery) -> dict[str, Any] | None:
    """The question that the address names. Raises Http404's problem where it is not the reader's to see."""
    if query.question is None:
        return None
    found = Question.objects.seen_by(request.user).with_answers().filter(public_id=query.question).first()
    if found is None:
        raise NotFound
    return {**question_body(found), "propria": found.owner_id == request.user.pk}


def suggestions() -> list[str]:
    """Questions about the themes of the last summary sent."""
    newest = WeeklySummary.objects.sent().prefetch_related("themes").first()
    themes = newest.themes.all() if newest else []
    wordings = [(SUGGESTIONS.get(Category(theme.category)), theme.name) for theme in themes]
    return [wording % {"theme": name} for wording, name in wordings if wording][:SUGGESTED]


def addresses() -> dict[str, str]:
    """Where the calls are; what a nought stands for is put in its place."""
    nobody = UUID(int=0)
    return {
        "page": reverse("admin:insights"),
        "ask": reverse("admin:insights_ask"),
        "rate": reverse("admin:insights_rate", args=[nobody]),
        "summary": reverse("admin:insights_summary", args=["0"]),
    }


class Call(PanelPage):
    """A call by the page's script; its problems are JSON."""

    title = gettext_lazy("Questions")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Problem as problem:
            return problem.response()


class AskCall(Call):
    """Answers in server-sent events, as the API does."""

    permissions = {"POST": ASK}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked = read_body(Asked, json_input.read(request.body))
        return streaming_response(answers.ask(asked.question, weeks=asked.weeks, owner=cast(User, request.user)))


class RateCall(Call):
    permissions = {"POST": ASK}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        rated = read_body(Rated, json_input.read(request.body))
        found = Question.objects.of(request.user).filter(public_id=public_id).first()
        if found is None:
            raise NotFound
        found.rate(**rated.changes())
        return JsonResponse({"voto": found.vote or None, "observacao": found.note})


class SummaryCall(Call):
    """A week's text and themes, to be read beside an answer."""

    permissions = {"GET": "reports.view_weeklysummary"}

    def get(self, request: HttpRequest, week: str) -> HttpResponseBase:
        found = WeeklySummary.objects.sent().prefetch_related("themes").filter(week=week).first()
        if found is None:
            raise NotFound(_("There is no such summary."))
        return JsonResponse(summary_body(found, themes=request.user.has_perms(VIEW_THEMES)))
