from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe
from django.views.decorators.vary import vary_on_headers
from pydantic import BeforeValidator, Field

from alumusic.api import Query
from alumusic.validation import fault, read_query
from alumusic.weeks import Week
from reports import corrected, words
from reports.board import board
from reports.charts import LinkTo, charts


def _week(value: object) -> Week:
    try:
        return Week.parse(str(value))
    except ValueError:
        raise fault("week", _("Must be an ISO week, as in 2025-W31.")) from None


class PageQuery(Query):
    week: Annotated[Week, BeforeValidator(_week)] | None = Field(None, alias="semana")
    corrected: Literal["1"] | None = Field(None, alias="corrigido")


def permits(request: HttpRequest) -> bool:
    """Whether the one who asks may see the charts."""
    return settings.REPORTS_PUBLIC or request.user.has_perm("reports.view_report")


@require_safe
@conditional_page
@cache_control(no_cache=True, private=True)
@vary_on_headers("Accept-Language", "Cookie")
def report(request: HttpRequest) -> HttpResponse:
    """The five charts of the last days, or of the ISO week that `semana` names.

    `corrigido` adds the shares as they would be without the classifier's errors.
    """
    if not permits(request):
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())
    query = read_query(PageQuery, request)
    week = query.week
    numbers = board(week)
    drawn = charts(numbers, _link_to(request))
    context: dict[str, Any] = {
        "board": numbers,
        "charts": drawn,
        "data": [chart.drawn() for chart in drawn if not chart.empty],
        "totals": words.totals(numbers),
        "changes": words.told_changes(numbers),
        "no_changes": words.no_changes(numbers),
        "period": words.period(numbers, week),
        "corrected": words.corrected(corrected.between(numbers["start"], numbers["end"])) if query.corrected else None,
        "week": week,
        "shown_week": week or Week.present(),
        "next_week": week.next if week and week < Week.present() else None,
    }
    return render(request, "reports/report.html", context)


def _link_to(request: HttpRequest) -> LinkTo:
    """Leads to the list of comments of the panel, for whoever may see it."""
    if not request.user.has_perms(["accounts.enter_panel", "classifier.view_comment"]):
        return lambda **_filters: None
    page = reverse("admin:classifier_comment_changelist")
    return lambda **filters: f"{page}?{urlencode(filters)}"
