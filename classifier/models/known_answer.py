from django.db import models
from django.db.models import Q
from django.utils import timezone

from .category import Category


class KnownAnswer(models.Model):
    """What a language model said of a text once, so that equal texts are not asked and paid for again.

    key: SHA-256 of what was sent, in hex; the text itself is not kept here, so that erasing a comment erases it.
    """

    key = models.CharField(max_length=64)
    engine = models.CharField(max_length=120)
    prompt_version = models.CharField(max_length=40)
    category = models.CharField(max_length=10, choices=Category.choices)
    confidence = models.FloatField()
    tags = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "engine", "prompt_version"], name="known_answer_once_a_text"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="known_answer_category_known"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="known_answer_confidence_is_probability"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engine}: {self.category}"
