"""The mail of a summary, a row for each recipient: prepared once, sent at most once, looked after until it is settled.

Between the moment at which a server takes a mail and the one at which that is written down, a process can die. Then
nobody can know from here whether the mail went out; the row says `incerto`, and a person decides.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from alumusic.weeks import Week
from reports import message, smtp
from reports.models import Delivery, DeliveryState, Recipient, WeeklySummary
from reports.models.delivery import PERSISTENCE

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=4)
WATCHED_WEEKS = 4


def queue(summary: WeeklySummary) -> bool:
    """True where its mail was prepared now: a row for each who receives it, and none for who joins later.

    Whoever comes second finds it prepared. Without recipients it counts as sent.
    """
    now = timezone.now()
    with transaction.atomic():
        if not WeeklySummary.objects.filter(pk=summary.pk, queued_at=None).update(queued_at=now):
            return False
        deliveries = [
            Delivery(summary=summary, recipient=recipient, next_try_at=now, give_up_at=now + PERSISTENCE)
            for recipient in Recipient.objects.receiving()
        ]
        Delivery.objects.bulk_create(deliveries)
        if not deliveries:
            summary.mark_sent(now)
    return True


def deliver_due() -> int:
    """How many mails a server took now, of all that wait for their first or their next try."""
    now = timezone.now()
    set_aside_abandoned(now)
    due = list(Delivery.objects.due(now).select_related("recipient").order_by("next_try_at", "pk"))
    summaries = WeeklySummary.objects.with_themes().in_bulk({delivery.summary_id for delivery in due})
    return sum(_deliver(delivery, summaries[delivery.summary_id]) for delivery in due)


def set_aside_abandoned(now: datetime) -> int:
    """How many were left by a worker that never said how it ended: nobody knows, so nobody sends them again."""
    reason = _("The process stopped while it was sending.")
    abandoned = Delivery.objects.abandoned(now)
    return abandoned.update(state=DeliveryState.UNCERTAIN, lease_until=None, last_error=reason)


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain: twice as long each time, up to four hours."""
    doublings: int = min(max(tries - 1, 0), 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def vouch(delivery: Delivery) -> bool:
    """True where a person's word that an uncertain mail arrived was taken; its summary then counts as sent."""
    now = timezone.now()
    with transaction.atomic():
        if not delivery.vouch(now):
            return False
        delivery.summary.mark_sent(now)
    return True


def _deliver(delivery: Delivery, summary: WeeklySummary) -> bool:
    if not delivery.recipient.active:
        _cancel(delivery, summary)
        return False
    mail = message.compose(summary, delivery.recipient)
    with transaction.atomic(durable=True):
        claimed = delivery.claim(timezone.now())
    if not claimed:
        return False
    try:
        smtp.hand_over(mail)
    except smtp.Postponed as fault:
        delivery.postponed(str(fault), until=timezone.now() + pause_after(delivery.tries))
    except smtp.Refused as fault:
        delivery.refused(str(fault))
    except smtp.Unproven as fault:
        delivery.unproven(str(fault))
    else:
        _accept(delivery, summary)
    logger.info("summary %s, delivery %s: %s", summary.week, delivery.pk, delivery.state)
    return delivery.state == DeliveryState.SENT


def _accept(delivery: Delivery, summary: WeeklySummary) -> None:
    now = timezone.now()
    with transaction.atomic():
        delivery.accepted(now)
        summary.mark_sent(now)


def _cancel(delivery: Delivery, summary: WeeklySummary) -> None:
    """Takes it out; a summary whose recipients have all gone has none, and so counts as sent."""
    with transaction.atomic():
        delivery.cancel()
        if not summary.deliveries.exclude(state=DeliveryState.CANCELLED).exists():
            summary.mark_sent(timezone.now())


@dataclass(frozen=True, slots=True)
class Alert:
    """A week whose mail is not out to all: for how many it failed, is uncertain, or still waits."""

    summary: WeeklySummary
    failed: int
    uncertain: int
    waiting: int


def alerts() -> list[Alert]:
    """The weeks, of the last four, whose mail did not go out as it should, the newest first. At most two queries."""
    oldest = Week.present()
    for _week in range(WATCHED_WEEKS):
        oldest = oldest.previous
    wrong = Delivery.objects.gone_wrong().filter(summary=OuterRef("pk"))
    queued = WeeklySummary.objects.filter(queued_at__isnull=False, week__gte=str(oldest))
    summaries = queued.filter(Q(sent_at=None) | Exists(wrong)).prefetch_related("deliveries")
    return [_alert(summary) for summary in summaries]


def _alert(summary: WeeklySummary) -> Alert:
    states = [delivery.state for delivery in summary.deliveries.all()]
    return Alert(
        summary=summary,
        failed=states.count(DeliveryState.FAILED),
        uncertain=states.count(DeliveryState.UNCERTAIN),
        waiting=states.count(DeliveryState.PENDING) + states.count(DeliveryState.SENDING),
    )
