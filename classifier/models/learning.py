"""What the embedded engine learns from people: which verdicts teach, what came of it, and what is in service."""

import hashlib
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .comment import Comment


class Side(models.TextChoices):
    TRAIN = "treino", _("teaches")
    TEST = "teste", _("tests")
    NEITHER = "fora", _("neither")


class LearningSide(models.Model):
    """On which side a comment that a person judged stands; written once and never changed.

    So what has once tested a model never trains one. NEITHER has look-alikes on both sides.
    """

    comment = models.OneToOneField(Comment, primary_key=True, on_delete=models.CASCADE, related_name="learning_side")
    side = models.CharField(_("side"), max_length=6, choices=Side.choices)
    cluster = models.BigIntegerField(_("cluster"), help_text=_("The id of the first of the comments that are alike."))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("side in learning")
        verbose_name_plural = _("sides in learning")
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(side__in=Side.values), name="learning_side_known")]
        indexes = [models.Index(fields=["cluster"], name="learning_side_cluster")]

    def __str__(self) -> str:
        return f"{self.comment_id}: {self.side}"


class TrainedArtefactQuerySet(models.QuerySet["TrainedArtefact"]):
    def keep(self, data: bytes) -> "TrainedArtefact":
        """The row of these bytes, new or known."""
        kept, _new = self.get_or_create(sha256=hashlib.sha256(data).hexdigest(), defaults={"data": data})
        return kept


class TrainedArtefact(models.Model):
    """An artefact that was trained in service: in the database, so that every host has it."""

    sha256 = models.CharField("SHA-256", primary_key=True, max_length=64)
    data = models.BinaryField(_("data"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = TrainedArtefactQuerySet.as_manager()

    class Meta:
        verbose_name = _("trained artefact")
        verbose_name_plural = _("trained artefacts")
        default_permissions = ()

    def __str__(self) -> str:
        return self.sha256[:8]


class Candidate(models.Model):
    """A model that learned from people's verdicts, beside the one that was in service when it was made.

    figures: of both on each set, frozen. reasons: why it was not put into service at once; none where it was.
    against: the checksum of the one in service; empty for the one that ships.
    """

    artefact = models.ForeignKey(
        TrainedArtefact, verbose_name=_("artefact"), on_delete=models.PROTECT, related_name="candidates"
    )
    version = models.CharField(_("version"), max_length=40)
    against = models.CharField(_("compared with"), max_length=64, blank=True)
    against_version = models.CharField(_("version that it was compared with"), max_length=40)
    learnt = models.PositiveIntegerField(_("verdicts learnt from"))
    tested = models.PositiveIntegerField(_("verdicts tested on"))
    last_review = models.BigIntegerField(_("the last review that it knows of"))
    figures = models.JSONField(_("figures"))
    reasons = models.JSONField(_("reasons"), default=list)
    seconds = models.FloatField(_("seconds"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("started by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("candidate")
        verbose_name_plural = _("candidates")
        default_permissions = ("view",)
        permissions = [("promote_candidate", "Can put a trained model into service")]
        indexes = [models.Index(fields=["-created_at"], name="candidate_newest")]

    def __str__(self) -> str:
        return self.version


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def in_service(self) -> str:
        """The checksum of the artefact in service; empty for the one that ships. One query, by the primary key."""
        newest = self.order_by("-pk").values_list("candidate__artefact_id", flat=True).first()
        return newest or ""

    def newest_first(self) -> Self:
        return self.select_related("candidate", "by").order_by("-pk")


class Promotion(models.Model):
    """An act that put a model into service: the newest says which one serves. Append-only.

    candidate: None for the model that ships. by: None where a training promoted its candidate itself.
    """

    candidate = models.ForeignKey(
        Candidate, verbose_name=_("candidate"), null=True, on_delete=models.PROTECT, related_name="promotions"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = PromotionQuerySet.as_manager()

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.candidate or _("the model that ships"))
