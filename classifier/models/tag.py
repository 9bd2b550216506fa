from collections.abc import Collection, Iterable
from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

TAG_PATTERN = r"^(feat|fix|perf|ui|doc|test|sec|api)_[a-z0-9]+(_[a-z0-9]+)*$"
MAX_TAGS = 5
MAX_TAG_LENGTH = 60


class TagQuerySet(models.QuerySet["Tag"]):
    def standing(self) -> Self:
        """Those that are a word of the vocabulary themselves; retired ones too, but no other's former name."""
        return self.filter(merged_into=None)

    def living(self) -> Self:
        """Those that may be given to a comment."""
        return self.standing().filter(retired_at=None)

    def key_of(self, name: str) -> int | None:
        """The key of the tag that the name stands for today, a former name too; None where there is none."""
        return self.filter(name=name).values_list(Coalesce("merged_into_id", "pk"), flat=True).first()

    def named(self, names: Iterable[str]) -> dict[str, "Tag"]:
        """The tag that each name stands for today; those that were not there are made. At most three queries."""
        wanted = set(names)
        if not wanted:
            return {}
        found = self._by_name(wanted)
        if missing := sorted(wanted - found.keys()):
            self.bulk_create([Tag(name=name) for name in missing], ignore_conflicts=True)
            found |= self._by_name(missing)
        return found

    def today(self, names: Collection[str]) -> list[str]:
        """The names, each former one as what it is called today; sorted, none twice."""
        found = self._by_name(names) if names else {}
        return sorted({found[name].name if name in found else name for name in names})

    def retired(self, names: Collection[str]) -> set[str]:
        """Those of the names that mean a tag which is given no more."""
        return {name for name, tag in self._by_name(names).items() if tag.retired_at is not None}

    def not_to_be_given(self, names: Collection[str], *, kept: Collection[str] = ()) -> list[str]:
        """Those of the names that are no living tag; what a comment has already (`kept`) may stay."""
        found = self._by_name(names) if names else {}
        return [
            name for name in names if name not in kept and (name not in found or found[name].retired_at is not None)
        ]

    def _by_name(self, names: Collection[str]) -> dict[str, "Tag"]:
        rows = self.filter(name__in=names).select_related("merged_into")
        return {tag.name: tag.merged_into or tag for tag in rows}


class Tag(models.Model):
    """A word of the vocabulary that says what of the platform a comment is about: `scope_feature`.

    A name that was given up stays as a row that is merged into what it is called today, so that whoever still says it
    (a machine, a client, an old link) means that. A retired tag stays on its comments and is given to no other.
    """

    name = models.CharField(_("name"), max_length=MAX_TAG_LENGTH, unique=True, validators=[RegexValidator(TAG_PATTERN)])
    description = models.TextField(_("description"), blank=True)
    merged_into = models.ForeignKey(
        "self", verbose_name=_("merged into"), null=True, editable=False, on_delete=models.PROTECT,
        related_name="former",
    )  # fmt: skip
    retired_at = models.DateTimeField(_("retired at"), null=True, editable=False)

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Q(name__regex=TAG_PATTERN), name="tag_name_has_its_form"),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="tag_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(retired_at=None), name="tag_merged_is_not_retired"
            ),
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
