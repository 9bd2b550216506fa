"""What Prometheus is told of the weekly mail."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Max
from django.utils import timezone
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from reports.models import Delivery, WeeklySummary
from reports.models.delivery import DeliveryState

RECENT = timedelta(days=7)


def families() -> Iterator[Metric]:
    now = timezone.now()
    mail = GaugeMetricFamily("mail_deliveries", "Mails of the summaries prepared in the last 7 days.", labels=["state"])
    counts = Delivery.objects.filter(summary__queued_at__gte=now - RECENT).count_by_state()
    for state in DeliveryState:
        mail.add_metric([state.name.lower()], counts.get(state, 0))
    yield mail
    silent = GaugeMetricFamily("weekly_summary_silent_seconds", "Since a weekly summary was sent last.")
    last = WeeklySummary.objects.sent().aggregate(last=Max("sent_at"))["last"]
    if last:
        silent.add_metric([], (now - last).total_seconds())
    yield silent
