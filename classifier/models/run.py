from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .category import Category
from .data_set import DataSet, DataSetItem

PER = 1_000


class RunQuerySet(models.QuerySet["Run"]):
    def newest_first(self) -> Self:
        return self.select_related("data_set").order_by("-started_at", "-pk")


class Run(models.Model):
    """One engine measured on one data set; never changed. figures: as `manage.py evals --json` gives them, frozen.

    model: the engine's name as the contract's `motor`; of a cascade both. The cost is null where no price is known.
    passed: whether the thresholds held; null where none were asked for.
    """

    class EngineKind(models.TextChoices):
        EMBEDDED = "embedded", _("embedded")
        LLM = "llm", _("language model")
        CASCADE = "cascade", _("cascade")

    data_set = models.ForeignKey(DataSet, verbose_name=_("data set"), on_delete=models.PROTECT, related_name="runs")
    engine = models.CharField(_("engine"), max_length=10, choices=EngineKind.choices)
    model = models.CharField(_("model"), max_length=250)
    prompt_version = models.CharField(_("prompt version"), max_length=40, blank=True)
    figures = models.JSONField(_("figures"))
    passed = models.BooleanField(_("thresholds held"), null=True)
    seconds = models.FloatField(_("duration (s)"))
    prompt_tokens = models.PositiveIntegerField(_("prompt tokens"), default=0)
    completion_tokens = models.PositiveIntegerField(_("completion tokens"), default=0)
    cost_usd = models.DecimalField(_("cost (USD)"), max_digits=20, decimal_places=9, null=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        default_permissions = ("view", "delete")
        constraints = [
            models.CheckConstraint(condition=Q(engine__in=["embedded", "llm", "cascade"]), name="run_engine_known"),
            models.CheckConstraint(condition=Q(seconds__gte=0), name="run_lasted"),
            models.CheckConstraint(condition=Q(cost_usd=None) | Q(cost_usd__gte=0), name="run_cost_not_negative"),
        ]
        indexes = [models.Index(fields=["-started_at", "-id"], name="run_newest")]

    def __str__(self) -> str:
        return f"{self.model} · {self.data_set}"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """The last run on a data set takes it along, with the texts of its file."""
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            DataSet.objects.filter(pk=self.data_set_id, runs=None).delete()
        return deleted

    @property
    def seconds_per_thousand(self) -> float:
        return self.seconds * PER / self.data_set.size


class RunAnswerQuerySet(models.QuerySet["RunAnswer"]):
    def wrong(self) -> Self:
        """Those with another category than the true one, or with none."""
        return self.exclude(category=F("item__category"))


class RunAnswer(models.Model):
    """What the engine said of one comment; failure says why where it said nothing. engine: who it was, of a cascade."""

    run = models.ForeignKey(Run, verbose_name=_("run"), on_delete=models.CASCADE, related_name="answers")
    item = models.ForeignKey(DataSetItem, verbose_name=_("comment"), on_delete=models.CASCADE, related_name="answers")
    category = models.CharField(_("category"), max_length=10, choices=Category.choices, null=True)
    confidence = models.FloatField(_("confidence"), null=True)
    engine = models.CharField(_("engine"), max_length=120)
    failure = models.CharField(_("why there is none"), max_length=40, blank=True)

    objects = RunAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer of a run")
        verbose_name_plural = _("answers of runs")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "item"], name="run_answer_once"),
            models.CheckConstraint(
                condition=Q(category=None) | Q(category__in=Category.values), name="run_answer_category_known"
            ),
            models.CheckConstraint(
                condition=Q(category=None, confidence=None) & ~Q(failure="")
                | Q(category__isnull=False, confidence__gte=0, confidence__lte=1, failure=""),
                name="run_answer_or_failure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.item_id}: {self.category or self.failure}"
