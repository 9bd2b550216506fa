from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models import Comment

MAX_KEY = 500


class KeptRow(models.Model):
    """A row of the system replaced that breaks a rule of ours: as it was there, and which rules.

    What of it our tables could take is in them too. `row` leaves out the text where `comment` has it, and any password.
    Goes with its comment.
    """

    table = models.CharField(_("table"), max_length=30)
    key = models.CharField("id", max_length=MAX_KEY)
    faults = models.JSONField(_("faults"))
    row = models.JSONField(_("row"), encoder=DjangoJSONEncoder)
    comment = models.ForeignKey(
        Comment, verbose_name=_("comment"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("row of the former system")
        verbose_name_plural = _("rows of the former system")
        ordering = ["table", "pk"]
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="kept_row_once")]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
