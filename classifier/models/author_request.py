from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AuthorRequest(models.Model):
    """That somebody's data was handed over or erased, by whom and when; never whose."""

    class Action(models.TextChoices):
        EXPORT = "exporta", _("exported")
        ERASE = "apaga", _("erased")

    action = models.CharField(_("action"), max_length=7, choices=Action.choices)
    comments = models.PositiveIntegerField(_("comments"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("request of an author")
        verbose_name_plural = _("requests of authors")
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(action__in=["exporta", "apaga"]), name="author_request_action_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.comments}"
