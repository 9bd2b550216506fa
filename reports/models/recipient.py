from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A name goes into a header.
NO_CONTROL_CHARACTERS = RegexValidator(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029]",
    _("A name has no line breaks or control characters."),
    code="characters",
    inverse_match=True,
)


class RecipientQuerySet(models.QuerySet["Recipient"]):
    def receiving(self) -> Self:
        return self.filter(active=True)


class Recipient(models.Model):
    """Somebody who gets the weekly summary by mail, until they say no."""

    name = models.CharField(_("name"), max_length=100, blank=True, validators=[NO_CONTROL_CHARACTERS])
    email = models.EmailField(_("e-mail"))
    active = models.BooleanField(_("receives the summary"), default=True)
    unsubscribed_at = models.DateTimeField(_("unsubscribed at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="recipient_email_once",
                violation_error_message=_("There is a recipient with this address."),
            ),
            models.CheckConstraint(
                condition=Q(active=False) | Q(unsubscribed_at=None), name="recipient_unsubscribed_is_inactive"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def unsubscribe(self) -> None:
        """Takes them off the list at once; what waits for them is not sent. Safe to call twice."""
        now = timezone.now()
        type(self).objects.filter(pk=self.pk, active=True).update(active=False, unsubscribed_at=now)
        self.refresh_from_db()
