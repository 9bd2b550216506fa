from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .category import Category
from .comment import Comment

PROBABILITY_COLUMNS = ["p_praise", "p_criticism", "p_suggestion", "p_question", "p_spam"]
ALL_NULL = Q(**dict.fromkeys(PROBABILITY_COLUMNS))
NONE_NULL = Q(**{f"{column}__isnull": False for column in PROBABILITY_COLUMNS})


class Classification(models.Model):
    """One verdict of a machine on one comment; never changed, never deleted but with its comment."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="classifications")
    engine = models.CharField(_("engine"), max_length=120)
    prompt_version = models.CharField(_("prompt version"), max_length=40, blank=True)
    turn = models.PositiveSmallIntegerField(
        _("turn"), default=0, help_text=_("0 for the first; each time that a person asks again, one more.")
    )
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    confidence = models.FloatField(_("confidence"))
    tags = models.JSONField(_("tags"), default=list)
    fallback_reason = models.CharField(_("why the main engine gave none"), max_length=40, null=True, blank=True)
    p_praise = models.FloatField(null=True)
    p_criticism = models.FloatField(null=True)
    p_suggestion = models.FloatField(null=True)
    p_question = models.FloatField(null=True)
    p_spam = models.FloatField(null=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("classification")
        verbose_name_plural = _("classifications")
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "engine", "prompt_version", "turn"], name="classification_once_an_engine"
            ),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="classification_category_known"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="classification_confidence_is_probability"
            ),
            models.CheckConstraint(condition=ALL_NULL | NONE_NULL, name="classification_probabilities_all_or_none"),
        ]

    def __str__(self) -> str:
        return f"{self.engine}: {self.category}"

    @property
    def probabilities(self) -> dict[str, float] | None:
        """The probability of each category; None where the engine has but one confidence."""
        if self.p_praise is None:
            return None
        values = [getattr(self, column) for column in PROBABILITY_COLUMNS]
        return dict(zip(Category.values, values, strict=True))
