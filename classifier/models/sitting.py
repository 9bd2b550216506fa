import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .comment import Comment


class Sitting(models.Model):
    """One curator at one window of the queue: what is leased, skipped and undone belongs to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("curator"), on_delete=models.CASCADE, related_name="sittings"
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("sitting")
        verbose_name_plural = _("sittings")

    def __str__(self) -> str:
        return str(self.id)


class StepQuerySet(models.QuerySet["Step"]):
    def standing(self) -> Self:
        """Those that have not been undone."""
        return self.filter(undone_by=None)

    def last_undoable(self) -> "Step | None":
        return self.standing().exclude(action=Step.Action.UNDO).order_by("-created_at", "-pk").first()


class Step(models.Model):
    """One key press in a sitting, however many comments it decided. Its key is the client's, so none counts twice."""

    class Action(models.TextChoices):
        VERDICT = "veredito", _("verdict")
        SKIP = "pula", _("skip")
        UNDO = "desfaz", _("undo")

    id = models.UUIDField(primary_key=True, editable=False)
    sitting = models.ForeignKey(Sitting, verbose_name=_("sitting"), on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    comment = models.ForeignKey(Comment, verbose_name=_("comment"), on_delete=models.CASCADE, related_name="+")
    undoes = models.OneToOneField(
        "self", verbose_name=_("undoes"), null=True, on_delete=models.CASCADE, related_name="undone_by"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            models.CheckConstraint(
                condition=Q(action="desfaz", undoes__isnull=False) | (~Q(action="desfaz") & Q(undoes=None)),
                name="step_undo_undoes_one",
            ),
        ]
        indexes = [models.Index(fields=["sitting", "-created_at"], name="step_newest")]

    def __str__(self) -> str:
        return f"{self.action} {self.pk}"


class ReviewLeaseQuerySet(models.QuerySet["ReviewLease"]):
    def living(self, now: datetime) -> Self:
        return self.filter(until__gt=now)


class ReviewLease(models.Model):
    """A comment that lies before one curator: nobody else is given it until the lease ends.

    draw_probability: that with which it was drawn at random; such a card is shown blind. Null for the others.
    """

    comment = models.OneToOneField(
        Comment, primary_key=True, verbose_name=_("comment"), on_delete=models.CASCADE, related_name="review_lease"
    )
    sitting = models.ForeignKey(Sitting, verbose_name=_("sitting"), on_delete=models.CASCADE, related_name="leases")
    until = models.DateTimeField(_("until"))
    draw_probability = models.FloatField(_("probability of the draw"), null=True)
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now, editable=False)

    objects = ReviewLeaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("lease for review")
        verbose_name_plural = _("leases for review")
        constraints = [
            models.CheckConstraint(
                condition=Q(draw_probability=None) | Q(draw_probability__gt=0, draw_probability__lte=1),
                name="review_lease_draw_is_probability",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.until}"

    @property
    def blind(self) -> bool:
        return self.draw_probability is not None
