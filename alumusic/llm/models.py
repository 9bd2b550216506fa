from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import Avg, Count, F, Q, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from alumusic.weeks import start_of

OK = "ok"
ABANDONED = "abandoned"
PURPOSES: dict[str, str | Promise] = {
    "classification": _("classification"),
    "summary": _("summary"),
    "insight": _("insight"),
    "check": _("check"),
}


@dataclass(frozen=True, slots=True)
class UsageLine:
    """What was asked of one model for one purpose on one day.

    prompt, cached, completion: tokens; cached is the part of prompt that the provider's cache held. usd: None where no
    price is known. latency_ms: on average.
    """

    day: date
    purpose: str
    model: str
    calls: int
    failures: int
    prompt: int
    cached: int
    completion: int
    usd: Decimal | None
    latency_ms: float

    @property
    def purpose_name(self) -> str | Promise:
        return PURPOSES.get(self.purpose, self.purpose)


class CallQuerySet(models.QuerySet["Call"]):
    def of_today(self) -> Self:
        """The calls since midnight in the time zone of the settings."""
        return self.since(timezone.localdate())

    def since(self, day: date) -> Self:
        return self.filter(created_at__gte=start_of(day))

    def of_the_last(self, days: int) -> Self:
        """The calls of today and of the days before it, `days` in all."""
        return self.since(timezone.localdate() - timedelta(days=days - 1))

    def cost(self) -> Decimal:
        """What the calls cost, in USD; those of a model without a price count as nothing."""
        total: Decimal | None = self.aggregate(total=Sum("cost_usd"))["total"]
        return total or Decimal(0)

    def usage(self) -> list[UsageLine]:
        """A line a day, purpose and model, the newest day first."""
        lines = (
            self.values("purpose", "model", day=TruncDate("created_at"))
            .annotate(
                calls=Count("pk"),
                failures=Count("pk", filter=~Q(outcome=OK)),
                prompt=Sum("prompt_tokens"),
                cached=Sum("cached_tokens"),
                completion=Sum("completion_tokens"),
                usd=Sum("cost_usd"),
                latency_ms=Avg("latency_ms"),
            )
            .order_by("-day", "purpose", "model")
        )
        return [UsageLine(**line) for line in lines]


class Call(models.Model):
    """One HTTP call to a language model, as it ended; a question that was tried three times has three."""

    purpose = models.CharField(_("purpose"), max_length=20, choices=PURPOSES)
    model = models.CharField(_("model"), max_length=100)
    prompt_version = models.CharField(_("prompt version"), max_length=40, blank=True)
    outcome = models.CharField(_("outcome"), max_length=40, help_text=_("ok, or the fault in one word"))
    items = models.PositiveIntegerField(_("items"), null=True, help_text=_("how many comments it asked about"))
    prompt_tokens = models.PositiveIntegerField(_("prompt tokens"), default=0)
    cached_tokens = models.PositiveIntegerField(
        _("cached tokens"), default=0, help_text=_("the part of the prompt tokens that the provider's cache held")
    )
    completion_tokens = models.PositiveIntegerField(_("completion tokens"), default=0)
    cost_usd = models.DecimalField(
        _("cost (USD)"), max_digits=20, decimal_places=9, null=True, help_text=_("empty where no price is known")
    )
    latency_ms = models.PositiveIntegerField(_("latency (ms)"))
    created_at = models.DateTimeField(_("ended at"), default=timezone.now, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call to the language model")
        verbose_name_plural = _("calls to the language model")
        # With the cost in it, what a day has cost is read from the index alone.
        indexes = [models.Index(fields=["created_at", "cost_usd"], name="llm_call_moment_cost")]
        constraints = [
            models.CheckConstraint(condition=Q(cost_usd=None) | Q(cost_usd__gte=0), name="llm_call_cost_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} · {self.model} · {self.outcome}"


class Notice(models.Model):
    """What staff are told once a day: the first to write the row is the one who tells."""

    kind = models.CharField(_("kind"), max_length=20)
    day = models.DateField(_("day"))
    text = models.TextField(_("text"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="llm_notice_once_a_day")]

    def __str__(self) -> str:
        return self.text


class CircuitQuerySet(models.QuerySet["Circuit"]):
    def closed(self) -> Self:
        return self.filter(open_until=None)

    def due(self, now: datetime) -> Self:
        """Open ones whose time is up, so that a probe may go through."""
        return self.filter(open_until__lte=now)

    def unprobed(self, now: datetime) -> Self:
        """Those that nobody probes, or where whoever did has been silent for longer than its lease."""
        return self.filter(Q(probed_until=None) | Q(probed_until__lte=now))

    def troubled(self) -> Self:
        """Those in which something is to be reset when a call succeeds."""
        return self.filter(Q(failures__gt=0) | Q(open_until__isnull=False))

    def count_failure(self) -> int:
        return self.update(failures=F("failures") + 1)


class Circuit(models.Model):
    """What all processes know of one server and model: how often it failed in a row, and until when nobody asks it."""

    base_url = models.CharField(_("address"), max_length=2_083)
    model = models.CharField(_("model"), max_length=100)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    open_until = models.DateTimeField(_("open until"), null=True, help_text=_("empty: closed, calls pass"))
    pause_seconds = models.PositiveIntegerField(_("pause (s)"), default=0)
    probed_until = models.DateTimeField(_("probed until"), null=True)

    objects = CircuitQuerySet.as_manager()

    class Meta:
        verbose_name = _("circuit breaker")
        verbose_name_plural = _("circuit breakers")
        constraints = [
            models.UniqueConstraint(fields=["base_url", "model"], name="llm_circuit_once_a_model"),
            models.CheckConstraint(
                condition=Q(open_until=None, probed_until=None, pause_seconds=0)
                | Q(open_until__isnull=False, pause_seconds__gt=0),
                name="llm_circuit_open_has_pause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.reason or 'ok'}"
