from django.db import models
from django.utils.translation import gettext_lazy as _

from .category import Category


class Guideline(models.Model):
    """What belongs in a category, in the curators' words; the queue shows it at a key."""

    category = models.CharField(_("category"), max_length=10, choices=Category.choices, primary_key=True)
    text = models.TextField(_("text"), max_length=4_000, help_text=_("An empty line begins a new paragraph."))

    class Meta:
        verbose_name = _("guideline")
        verbose_name_plural = _("guidelines")
        constraints = [
            models.CheckConstraint(condition=models.Q(category__in=Category.values), name="guideline_category_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_category_display())
