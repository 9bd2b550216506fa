"""What is known of each hour: the figures under every chart, and which of them must be counted anew.

An hour is named by its first moment, a whole hour of UTC; comments belong to the hour of their own moment.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from classifier.models import Category, Tag


class CountedHour(models.Model):
    """An hour whose figures stand. One that is not here was never counted, which is not to say that it is empty."""

    hour = models.DateTimeField(_("hour"), primary_key=True)
    unlabelled = models.PositiveIntegerField(_("comments without a category"))

    class Meta:
        verbose_name = _("counted hour")
        verbose_name_plural = _("counted hours")
        default_permissions = ()

    def __str__(self) -> str:
        return self.hour.isoformat()


class CategoryFigure(models.Model):
    """The comments of one hour and category, where there are any.

    `measured` are those whose category no person changed: only their machine's confidence says something of it.
    """

    hour = models.DateTimeField(_("hour"))
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    comments = models.PositiveIntegerField(_("comments"))
    reviewed = models.PositiveIntegerField(_("reviewed"))
    measured = models.PositiveIntegerField(_("with a confidence that counts"))
    confidence_sum = models.FloatField(_("sum of their confidence"))

    class Meta:
        verbose_name = _("figure of a category")
        verbose_name_plural = _("figures of categories")
        default_permissions = ()
        permissions = [("view_report", "Can see the reports")]
        constraints = [
            models.UniqueConstraint(fields=["hour", "category"], name="category_figure_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="category_figure_known"),
            models.CheckConstraint(
                condition=Q(reviewed__lte=F("comments"), measured__lte=F("comments"), comments__gt=0),
                name="category_figure_parts_fit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour.isoformat()} {self.category}: {self.comments}"


class TagFigure(models.Model):
    """The comments of one hour, tag and category, where there are any."""

    hour = models.DateTimeField(_("hour"))
    tag = models.ForeignKey(Tag, verbose_name=_("tag"), on_delete=models.CASCADE, related_name="+")
    category = models.CharField(_("category"), max_length=10, choices=Category.choices)
    comments = models.PositiveIntegerField(_("comments"))

    class Meta:
        verbose_name = _("figure of a tag")
        verbose_name_plural = _("figures of tags")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["hour", "tag", "category"], name="tag_figure_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="tag_figure_known"),
            models.CheckConstraint(condition=Q(comments__gt=0), name="tag_figure_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.hour.isoformat()} {self.tag_id} {self.category}: {self.comments}"


class ChangedHour(models.Model):
    """A mark: one transaction changed comments of this hour since it was counted.

    One hour may have many. A mark is only ever inserted, by the transaction that changed the comments, so that two
    batches never wait for each other; and deleted, by the recount that saw it before it counted.
    """

    hour = models.DateTimeField(_("hour"), db_index=True)

    class Meta:
        verbose_name = _("changed hour")
        verbose_name_plural = _("changed hours")
        default_permissions = ()

    def __str__(self) -> str:
        return self.hour.isoformat()
