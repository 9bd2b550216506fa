from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .batch import Batch
from .comment import Comment


class RelabellingQuerySet(models.QuerySet["Relabelling"]):
    def claimable(self, now: datetime) -> Self:
        """Those that nobody holds."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now))


class Relabelling(models.Model):
    """A labelled comment that an engine is to label again; gone when it has.

    batch: of the person who asked for it; None where the engine was out of service when its turn came.
    """

    class EngineKind(models.TextChoices):
        LLM = "llm", _("Language model")
        EMBEDDED = "embedded", _("Embedded engine")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="relabellings")
    engine_kind = models.CharField(_("engine"), max_length=8, choices=EngineKind.choices)
    batch = models.ForeignKey(Batch, null=True, on_delete=models.CASCADE, related_name="relabellings")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = RelabellingQuerySet.as_manager()

    class Meta:
        verbose_name = _("relabelling")
        verbose_name_plural = _("relabellings")
        constraints = [
            models.UniqueConstraint(fields=["comment", "engine_kind"], name="relabelling_once_an_engine"),
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="relabelling_lease_has_token",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.engine_kind}"
