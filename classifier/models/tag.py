from collections.abc import Iterable

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

TAG_PATTERN = r"^(feat|fix|perf|ui|doc|test|sec|api)_[a-z0-9]+(_[a-z0-9]+)*$"
MAX_TAGS = 5
MAX_TAG_LENGTH = 60


class TagManager(models.Manager["Tag"]):
    def named(self, names: Iterable[str]) -> dict[str, "Tag"]:
        """The tags of these names, by name; those that were not there are made. At most three queries."""
        wanted = set(names)
        if not wanted:
            return {}
        found = {tag.name: tag for tag in self.filter(name__in=wanted)}
        if missing := sorted(wanted - found.keys()):
            self.bulk_create([Tag(name=name) for name in missing], ignore_conflicts=True)
            found |= {tag.name: tag for tag in self.filter(name__in=missing)}
        return found


class Tag(models.Model):
    """A word of the vocabulary that says what of the platform a comment is about: `scope_feature`."""

    name = models.CharField(_("name"), max_length=MAX_TAG_LENGTH, unique=True, validators=[RegexValidator(TAG_PATTERN)])
    description = models.TextField(_("description"), blank=True)

    objects = TagManager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(name__regex=TAG_PATTERN), name="tag_name_has_its_form"),
        ]

    def __str__(self) -> str:
        return self.name


class CommentTag(models.Model):
    """One tag on one comment, with the comment's moment, so that a tag's newest comments are one index away."""

    comment = models.ForeignKey("classifier.Comment", on_delete=models.CASCADE, related_name="comment_tags")
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, related_name="comment_tags")
    moment = models.DateTimeField()

    class Meta:
        verbose_name = _("tag of a comment")
        verbose_name_plural = _("tags of comments")
        constraints = [
            models.UniqueConstraint(fields=["comment", "tag"], name="comment_tag_once"),
        ]
        indexes = [
            models.Index(fields=["tag", "-moment", "-comment"], name="commenttag_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id} {self.tag_id}"
