"""What the reports show on the panel's home page."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alumusic.panel import Notice, Section
from reports import delivery
from reports.models import WeeklySummary


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
