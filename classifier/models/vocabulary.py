from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .tag import Tag


class VocabularyAct(models.Model):
    """What a person did to a tag, with what stood there before; never changed."""

    class Action(models.TextChoices):
        ADD = "acrescenta", _("added")
        DESCRIBE = "descreve", _("described")
        RENAME = "renomeia", _("renamed")
        MERGE = "junta", _("merged")
        RETIRE = "aposenta", _("retired")
        RESTORE = "restaura", _("taken into use again")

    tag = models.ForeignKey(Tag, verbose_name=_("tag"), on_delete=models.CASCADE, related_name="acts")
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("act on the vocabulary")
        verbose_name_plural = _("acts on the vocabulary")

    def __str__(self) -> str:
        return f"{self.action}: {self.before} → {self.after}"


class TagsApart(models.Model):
    """Two tags of which a person said that they are not the same, so that nobody is asked again. first < second."""

    first = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("tags told apart")
        verbose_name_plural = _("tags told apart")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="tags_apart_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="tags_apart_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"
