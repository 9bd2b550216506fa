import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .recipient import Recipient
from .summary import WeeklySummary

LEASE = timedelta(minutes=10)
PERSISTENCE = timedelta(days=2)


class DeliveryState(models.TextChoices):
    PENDING = "pendente", _("waiting")
    SENDING = "enviando", _("being sent")
    SENT = "enviado", _("sent")
    FAILED = "falhou", _("not delivered")
    UNCERTAIN = "incerto", _("uncertain")
    CANCELLED = "cancelado", _("cancelled")


UNRESOLVED = (DeliveryState.SENDING, DeliveryState.UNCERTAIN)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        return self.filter(state=DeliveryState.PENDING, next_try_at__lte=now)

    def abandoned(self, now: datetime) -> Self:
        """Those whose worker has not said in time how it ended."""
        return self.filter(state=DeliveryState.SENDING, lease_until__lt=now)

    def gone_wrong(self) -> Self:
        """Those that a person should look at."""
        return self.filter(state__in=[DeliveryState.FAILED, DeliveryState.UNCERTAIN])

    def count_by_state(self) -> dict[str, int]:
        counts = dict(self.order_by().values_list("state").annotate(n=models.Count("pk")))
        return {state: counts[state] for state in DeliveryState.values if state in counts}


class Delivery(models.Model):
    """One summary to one recipient. The row is the state, and is written before the mail server is spoken to."""

    summary = models.ForeignKey(
        WeeklySummary, verbose_name=_("weekly summary"), on_delete=models.CASCADE, related_name="deliveries"
    )
    recipient = models.ForeignKey(
        Recipient, verbose_name=_("recipient"), on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING, editable=False
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, editable=False)
    next_try_at = models.DateTimeField(_("next try"), default=timezone.now, editable=False)
    give_up_at = models.DateTimeField(_("tried until"), editable=False)
    last_error = models.CharField(_("last error"), max_length=300, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-summary", "recipient"]
        constraints = [
            models.UniqueConstraint(fields=["summary", "recipient"], name="delivery_once_a_recipient"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at=None)),
                name="delivery_sent_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENDING) | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="delivery_sending_has_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_waiting", condition=Q(state=DeliveryState.PENDING)),
            models.Index(fields=["lease_until"], name="delivery_sending", condition=Q(state=DeliveryState.SENDING)),
        ]

    def __str__(self) -> str:
        return f"{self.summary} · {self.recipient}"

    def claim(self, now: datetime) -> bool:
        """True where it is ours to send: one UPDATE decides between all who want to.

        Its condition is on columns of the row alone: PostgreSQL does not ask a subquery again after waiting for a lock.
        """
        token = uuid.uuid4()
        if (
            not type(self)
            .objects.due(now)
            .filter(pk=self.pk)
            .update(state=DeliveryState.SENDING, lease_token=token, lease_until=now + LEASE, tries=F("tries") + 1)
        ):
            return False
        self.refresh_from_db()
        return True

    def accepted(self, now: datetime) -> None:
        """The server took it. Also counts where the lease had run out: what is known beats what was uncertain."""
        self._conclude(state=DeliveryState.SENT, sent_at=now, last_error="")

    def postponed(self, reason: str, *, until: datetime) -> None:
        """Nothing was taken, and a later try may do; where that is too late, it failed."""
        if until > self.give_up_at:
            self.refused(reason)
        else:
            self._conclude(state=DeliveryState.PENDING, next_try_at=until, last_error=reason)

    def refused(self, reason: str) -> None:
        """Nothing was taken, and no later try will do."""
        self._conclude(state=DeliveryState.FAILED, last_error=reason)

    def unproven(self, reason: str) -> None:
        """The mail was on its way, and nobody can say from here whether it was taken."""
        self._conclude(state=DeliveryState.UNCERTAIN, last_error=reason)

    def _conclude(self, **values: object) -> None:
        """Ends this claim, unless a person has decided meanwhile. An uncertain one keeps its token, for who is late."""
        lease = {} if values["state"] == DeliveryState.UNCERTAIN else {"lease_token": None}
        held = type(self).objects.filter(pk=self.pk, lease_token=self.lease_token, state__in=UNRESOLVED)
        held.update(**values, **lease, lease_until=None)
        self.refresh_from_db()

    def cancel(self) -> bool:
        """True where it waited and now never goes."""
        waiting = type(self).objects.filter(pk=self.pk, state=DeliveryState.PENDING)
        return bool(waiting.update(state=DeliveryState.CANCELLED))

    def again(self, now: datetime) -> bool:
        """True where it waits anew, as a person wants: of what failed, or of what is uncertain."""
        again = type(self).objects.gone_wrong().filter(pk=self.pk)
        return bool(
            again.update(
                state=DeliveryState.PENDING,
                next_try_at=now,
                give_up_at=now + PERSISTENCE,
                tries=0,
                lease_token=None,
                lease_until=None,
            )
        )

    def vouch(self, now: datetime) -> bool:
        """True where a person's word, that the mail arrived, was taken of an uncertain one."""
        uncertain = type(self).objects.filter(pk=self.pk, state=DeliveryState.UNCERTAIN)
        return bool(
            uncertain.update(state=DeliveryState.SENT, sent_at=now, last_error="", lease_token=None, lease_until=None)
        )
