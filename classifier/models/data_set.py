from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .category import Category
from .comment import Comment


class DataSet(models.Model):
    """Comments whose category is known, that engines are measured on; the same content is one row, however often."""

    class Source(models.TextChoices):
        FILE = "arquivo", _("file")
        CORRECTIONS = "correcoes", _("verdicts of people")

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("comments"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("data set")
        verbose_name_plural = _("data sets")
        default_permissions = ()  # seen with its runs
        constraints = [
            models.CheckConstraint(condition=Q(source__in=["arquivo", "correcoes"]), name="data_set_source_known"),
            models.CheckConstraint(condition=Q(size__gte=1), name="data_set_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_hash(self) -> str:
        return self.sha256[:8]


class DataSetItem(models.Model):
    """One comment of a data set with its true category.

    A comment of the database is linked, so that it goes when its author is erased; a file's text is kept here.
    blind: the person who judged it saw nothing that a machine said.
    """

    data_set = models.ForeignKey(DataSet, verbose_name=_("data set"), on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(_("position"))
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    text = models.TextField(_("text"), blank=True)
    comment = models.ForeignKey(
        Comment, verbose_name=_("comment"), null=True, on_delete=models.CASCADE, related_name="+"
    )
    blind = models.BooleanField(_("blind"), default=False)

    class Meta:
        verbose_name = _("comment of a data set")
        verbose_name_plural = _("comments of data sets")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["data_set", "position"], name="data_set_position_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="data_set_category_known"),
            models.CheckConstraint(
                condition=Q(comment=None) ^ Q(text=""), name="data_set_comment_is_linked_not_copied"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.data_set_id} {self.position}"

    @property
    def words(self) -> str:
        """What was written, wherever it is kept."""
        return self.comment.text if self.comment else self.text
