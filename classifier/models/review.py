from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .category import Category, CommentState
from .comment import Comment, Standing
from .sitting import Step


class Review(models.Model):
    """One act of a person on one comment, with what stood there before; never changed."""

    class Action(models.TextChoices):
        CONFIRM = "confirma", _("confirms")
        CORRECT = "corrige", _("corrects")
        UNDO = "desfaz", _("undoes")

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("reviewer"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    category = models.CharField(_("category"), max_length=10, choices=Category.choices, null=True)
    tags = models.JSONField(_("tags"), default=list)
    category_before = models.CharField(_("category before"), max_length=10, choices=Category.choices, null=True)
    tags_before = models.JSONField(_("tags before"), default=list)
    state_before = models.CharField(
        _("state before"), max_length=12, choices=CommentState.choices, blank=True, db_default=""
    )
    reviewed_before = models.BooleanField(_("reviewed before"), default=False, db_default=False)
    corrected_before = models.BooleanField(_("category corrected before"), default=False, db_default=False)
    step = models.ForeignKey(Step, verbose_name=_("step"), null=True, on_delete=models.SET_NULL, related_name="reviews")
    blind = models.BooleanField(_("blind"), default=False)
    draw_probability = models.FloatField(_("probability of the draw"), null=True)
    note = models.TextField(_("note"), blank=True, max_length=2_000)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(category=None) | Q(category__in=Category.values), name="review_category_known"
            ),
            models.CheckConstraint(
                condition=Q(blind=False) | Q(draw_probability__isnull=False), name="review_blind_has_probability"
            ),
            models.CheckConstraint(
                condition=Q(draw_probability=None) | Q(draw_probability__gt=0, draw_probability__lte=1),
                name="review_draw_is_probability",
            ),
        ]
        indexes = [models.Index(fields=["reviewer", "-created_at"], name="review_reviewer_newest")]

    def __str__(self) -> str:
        return f"{self.action}: {self.category}"

    @property
    def before(self) -> Standing:
        """What the act found, whole, so that undoing it leaves nothing behind."""
        return Standing(
            state=CommentState(self.state_before),
            category=Category(self.category_before) if self.category_before else None,
            tags=tuple(self.tags_before),
            reviewed=self.reviewed_before,
            category_corrected=self.corrected_before,
        )
