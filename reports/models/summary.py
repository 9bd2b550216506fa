from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alumusic.weeks import Week
from classifier.models import Category, Comment

WEEK_PATTERN = r"^[0-9]{4}-W[0-9]{2}$"


class WeeklySummaryQuerySet(models.QuerySet["WeeklySummary"]):
    def sent(self) -> Self:
        """Those that a mail server took for at least one recipient, or that had none; the newest week first."""
        return self.filter(sent_at__isnull=False)

    def with_themes(self) -> Self:
        """Each with its themes and the comments that they quote: two queries more."""
        quotes = ThemeComment.objects.filter(quoted=True).select_related("comment").order_by("pk")
        themes = Theme.objects.prefetch_related(models.Prefetch("links", quotes, to_attr="fetched_quotes"))
        return self.prefetch_related(models.Prefetch("themes", themes))


class WeeklySummary(models.Model):
    """What was said of one ISO week; frozen once made, but for when its mail went out.

    Nothing in `text` or `html` repeats a comment's words: `html` marks the place of a quote by the comment's key, and
    its words are put in when it is shown, as long as the comment is there.
    """

    week = models.CharField(_("week"), max_length=8, unique=True)
    text = models.TextField(_("text"))
    html = models.TextField("HTML", editable=False)
    figures = models.JSONField(_("figures"))
    engine = models.CharField(_("written by"), max_length=120)
    prompt_version = models.CharField(_("prompt version"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    queued_at = models.DateTimeField(_("mail prepared at"), null=True, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)

    objects = WeeklySummaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly summary")
        verbose_name_plural = _("weekly summaries")
        ordering = ["-week"]
        permissions = [("send_weeklysummary", _("Can send weekly summaries"))]
        constraints = [
            models.CheckConstraint(condition=Q(week__regex=WEEK_PATTERN), name="summary_week_has_its_form"),
            models.CheckConstraint(condition=~Q(text=""), name="summary_has_text"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(queued_at__isnull=False), name="summary_sent_was_queued"
            ),
        ]
        indexes = [models.Index(fields=["-week"], name="summary_sent_newest", condition=Q(sent_at__isnull=False))]

    def __str__(self) -> str:
        return self.week

    @property
    def iso_week(self) -> Week:
        return Week.parse(self.week)

    def mark_sent(self, moment: datetime) -> None:
        """Sets when it was sent first; later ones change nothing."""
        type(self).objects.filter(pk=self.pk, sent_at=None).update(sent_at=moment)


class Theme(models.Model):
    """Comments of a summary's week that are about one thing. `size` is frozen; the comments may come to be fewer."""

    summary = models.ForeignKey(WeeklySummary, on_delete=models.CASCADE, related_name="themes")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=120)
    size = models.PositiveIntegerField(_("comments"))
    category = models.CharField(_("most frequent category"), max_length=10, choices=Category.choices)
    by_category = models.JSONField(_("by category"))
    words = models.JSONField(_("words"))
    tags = models.JSONField(_("tags"))
    comments = models.ManyToManyField(
        Comment, through="ThemeComment", verbose_name=_("comments"), related_name="themes"
    )

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["summary", "position"]
        constraints = [
            models.UniqueConstraint(fields=["summary", "position"], name="theme_position_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="theme_category_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def quotes(self) -> list[Comment]:
        """The comments quoted, those that are still there; no query where `with_themes` fetched them."""
        if hasattr(self, "fetched_quotes"):
            links: Any = self.fetched_quotes
        else:
            links = self.links.filter(quoted=True).select_related("comment").order_by("pk")
        return [link.comment for link in links]


class ThemeComment(models.Model):
    """A comment of a theme. It goes when the comment goes, and the quote with it."""

    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="links")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="theme_links")
    quoted = models.BooleanField(_("quoted"), default=False)

    class Meta:
        verbose_name = _("comment of a theme")
        verbose_name_plural = _("comments of themes")
        constraints = [models.UniqueConstraint(fields=["theme", "comment"], name="theme_comment_once")]

    def __str__(self) -> str:
        return f"{self.theme_id} {self.comment_id}"
