"""What the reports show on the panel's home page."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alumusic.panel import Notice, Place, Section
from alumusic.weeks import Week
from reports import delivery, figures
from reports.board import whole_week
from reports.models import WeeklySummary
from reports.pages import permits


def charts(request: HttpRequest) -> Place | None:
    """The way from the panel's menu to the charts."""
    return Place(_("Report"), reverse("report"), order=50, current=False) if permits(request) else None


def week(request: HttpRequest) -> Section | None:
    """This week's comments by category, and how many came in the week before by this hour of it."""
    if not request.user.has_perm("classifier.view_comment"):
        return None
    span = whole_week(Week.present(), timezone.now())
    present = figures.between(span.start, span.short_end, with_tags=False)
    before = figures.between(span.before_start, span.before_end, with_tags=False)
    rows = [(c, n, n / present.labelled if present.labelled else 0) for c, n in present.by_category.items()]
    since = span.start.date().isoformat()
    context = {"rows": rows, "total": present.labelled, "before": before.labelled, "since": since}
    return Section("reports/home_week.html", context)


def last_summary(request: HttpRequest) -> Section | None:
    """The beginning of the last weekly summary, and where the charts are."""
    if not request.user.has_perm("reports.view_weeklysummary"):
        return None
    return Section("reports/home_summary.html", {"summary": WeeklySummary.objects.order_by("-week").first()})


def notices(request: HttpRequest) -> Iterator[Notice]:
    """The weeks whose mail did not go out as it should."""
    if not request.user.has_perm("reports.view_weeklysummary"):
        return
    for alert in delivery.alerts():
        url = reverse("admin:reports_weeklysummary_change", args=[alert.summary.pk])
        yield Notice(_sentence(alert), url, urgent=alert.summary.sent_at is None)


def _sentence(alert: delivery.Alert) -> str:
    out = alert.summary.sent_at is not None
    parts = [
        _("%(week)s: the weekly summary did not reach everybody.")
        if out
        else _("%(week)s: the weekly summary is not out yet.")
    ]
    if alert.failed:
        parts.append(ngettext("%(n)s mail failed.", "%(n)s mails failed.", alert.failed) % {"n": alert.failed})
    if alert.uncertain:
        unknown = ngettext(
            "Of %(n)s mail nobody knows whether it arrived.",
            "Of %(n)s mails nobody knows whether they arrived.",
            alert.uncertain,
        )
        parts.append(unknown % {"n": alert.uncertain})
    if alert.waiting:
        waiting = ngettext("%(n)s mail waits for its next try.", "%(n)s mails wait for their next try.", alert.waiting)
        parts.append(waiting % {"n": alert.waiting})
    return " ".join([parts[0] % {"week": alert.summary.week}, *parts[1:]])
