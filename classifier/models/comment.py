from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier import signals

from .category import Category, CommentState
from .search import SearchWordsField, search_words
from .tag import CommentTag, Tag

MAX_TEXT = 5_000
NO_TAG = 0

LABEL_COLUMNS = ["state", "category", "confidence", "engine", "fallback_reason", "reviewed", "category_corrected"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a machine says of a comment. confidence: 0..1. engine: as the contract's `motor`.

    fallback_reason: why the engine in service will never label the comment, and this one did; a person should look.
    """

    category: Category
    confidence: float
    engine: str
    tags: Sequence[str] = field(default_factory=tuple)
    fallback_reason: str | None = None


class CommentQuerySet(models.QuerySet["Comment"]):
    def matching(self, words: str) -> Self:
        """Those with every word of the text, in whatever inflection, accents or not."""
        return self.filter(search_words__matches=words)

    def tagged(self, name: str) -> Self:
        """Those with the tag, its moment and comment as `tag_moment` and `tag_comment`, which its index sorts.

        A filter by `comment_tags__…` would join once more, and find the comment's other tags too. The tag's key is
        looked up first: the planner then knows how frequent it is.
        """
        key = Tag.objects.filter(name=name).values_list("pk", flat=True).first()
        link = {"tag_moment": F("comment_tags__moment"), "tag_comment": F("comment_tags__comment_id")}
        return self.filter(comment_tags__tag=key or NO_TAG).alias(**link)

    def with_tags(self) -> Self:
        return self.prefetch_related(
            models.Prefetch("comment_tags", CommentTag.objects.select_related("tag"), to_attr="fetched_tags")
        )

    def claimable(self, now: datetime) -> Self:
        """Those that wait for a label and that nobody holds."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), state=CommentState.PENDING)

    def delete(self) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            signals.tell(self.order_by().only("moment"))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def count_by_state(self) -> dict[str, int]:
        counts = dict(self.order_by().values_list("state").annotate(n=models.Count("pk")))
        return {state: counts.get(state, 0) for state in CommentState.values}


class Comment(models.Model):
    """What a listener wrote, and what is said of it now.

    The current label stands in the comment's own columns and only `adopt` and `correct` write them. Where a
    person has decided, `category` and the tags are the person's; `engine` and `confidence` stay the machine's.
    """

    external_id = models.CharField(_("id"), max_length=64, unique=True)
    text = models.TextField(_("text"), validators=[MaxLengthValidator(MAX_TEXT)])
    source = models.CharField(_("source"), max_length=100, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    moment = models.DateTimeField(_("moment"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    search_words = SearchWordsField(editable=False)

    state = models.CharField(_("state"), max_length=12, choices=CommentState.choices, default=CommentState.PENDING)
    category = models.CharField(_("category"), max_length=10, choices=Category.choices, null=True)
    confidence = models.FloatField(_("confidence"), null=True)
    engine = models.CharField(_("engine"), max_length=120, blank=True)
    fallback_reason = models.CharField(_("why the main engine gave none"), max_length=40, null=True, blank=True)
    reviewed = models.BooleanField(_("reviewed"), default=False)
    category_corrected = models.BooleanField(_("category corrected"), default=False)
    tags = models.ManyToManyField(Tag, through=CommentTag, verbose_name=_("tags"), related_name="comments")
    version = models.PositiveIntegerField(default=1, editable=False)

    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [
            ("export_comment", _("Can export comments")),
            ("review_comment", _("Can review comments")),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_text_not_empty"),
            models.CheckConstraint(condition=Q(state__in=CommentState.values), name="comment_state_known"),
            models.CheckConstraint(
                condition=Q(category=None) | Q(category__in=Category.values), name="comment_category_known"
            ),
            models.CheckConstraint(
                condition=Q(state=CommentState.CLASSIFIED, category__isnull=False)
                | (~Q(state=CommentState.CLASSIFIED) & Q(category=None)),
                name="comment_classified_has_category",
            ),
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1),
                name="comment_confidence_is_probability",
            ),
            models.CheckConstraint(
                condition=Q(engine="", confidence=None) | (~Q(engine="") & Q(confidence__isnull=False)),
                name="comment_engine_with_confidence",
            ),
            models.CheckConstraint(
                condition=Q(category_corrected=False) | Q(reviewed=True), name="comment_corrected_is_reviewed"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(moment=F("published_at")), name="comment_moment_is_published_at"
            ),
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="comment_lease_has_token",
            ),
        ]
        indexes = [
            models.Index(fields=["-moment", "-id"], name="comment_newest"),
            models.Index(fields=["category", "-moment", "-id"], name="comment_category_newest"),
            models.Index(fields=["state", "-moment", "-id"], name="comment_state_newest"),
            models.Index(fields=["reviewed", "-moment", "-id"], name="comment_reviewed_newest"),
            models.Index(fields=["engine", "-moment", "-id"], name="comment_engine_newest"),
            models.Index(Coalesce("confidence", Value(2.0)), "id", name="comment_least_confident"),
            models.Index(Coalesce("confidence", Value(-1.0)), "id", name="comment_most_confident"),
            models.Index(
                fields=["attempts", "id"], name="comment_waiting_by_tries", condition=Q(state=CommentState.PENDING)
            ),
        ]

    def __str__(self) -> str:
        return self.external_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.search_words = search_words(self.text)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        with transaction.atomic():
            signals.tell([self])
            return super().delete(*args, **kwargs)

    @property
    def tag_names(self) -> list[str]:
        """The names of its tags, sorted; no query where `with_tags` fetched them."""
        if hasattr(self, "fetched_tags"):
            return sorted(link.tag.name for link in self.fetched_tags)
        return sorted(self.tags.values_list("name", flat=True))

    @classmethod
    def adopt(cls, labels: dict[int, Label], held: Q) -> list[int]:
        """The ids whose comment took the machine's label, of `labels` by comment id. Constant number of queries.

        held: which of them may be written; with the claim's token in it, a worker that comes back after its lease
        changes nothing. Where a person has decided, only `engine` and `confidence` are taken. To be called in a
        transaction.
        """
        taken = list(cls.objects.select_for_update(of=("self",)).filter(held, pk__in=labels).order_by("pk"))
        now = timezone.now()
        retag = []
        for comment in taken:
            label = labels[comment.pk]
            comment.engine, comment.confidence = label.engine, label.confidence
            comment.fallback_reason = label.fallback_reason
            comment.lease_token = comment.lease_until = None
            comment.updated_at, comment.version = now, comment.version + 1
            if comment.reviewed:
                comment.category_corrected |= comment.category != label.category
            else:
                comment.state, comment.category = CommentState.CLASSIFIED, label.category
                retag.append(comment)
        cls._write(taken, ["updated_at", "version", "lease_token", "lease_until", *LABEL_COLUMNS])
        cls._tag(retag, [labels[comment.pk].tags for comment in retag])
        return [comment.pk for comment in taken]

    @classmethod
    def _write(cls, comments: Sequence["Comment"], columns: list[str]) -> None:
        """One UPDATE for all of them: an upsert over rows that are locked, which unlike CASE … WHEN stays linear."""
        cls.objects.bulk_create(comments, update_conflicts=True, unique_fields=["id"], update_fields=columns)
        signals.tell(comments)

    @staticmethod
    def _tag(comments: Sequence["Comment"], names: Sequence[Collection[str]]) -> None:
        tags = Tag.objects.named({name for each in names for name in each})
        CommentTag.objects.filter(comment__in=[c.pk for c in comments]).delete()
        CommentTag.objects.bulk_create(
            CommentTag(comment=comment, tag=tags[name], moment=comment.moment)
            for comment, each in zip(comments, names, strict=True)
            for name in sorted(set(each))
        )

    def correct(self, category: Category, tags: Collection[str] | None) -> bool:
        """True when the person's decision was taken; False when somebody changed the comment since it was read.

        tags: None leaves them. To be called in a transaction. A worker that holds the comment keeps its claim, and
        `adopt` then takes no more than `engine` and `confidence` from it.
        """
        changed = self.category_corrected or (self.category is not None and self.category != category)
        values: dict[str, Any] = {
            "state": CommentState.CLASSIFIED,
            "category": category,
            "reviewed": True,
            "category_corrected": changed,
            "updated_at": timezone.now(),
            "version": self.version + 1,
        }
        if not Comment.objects.filter(pk=self.pk, version=self.version).update(**values):
            return False
        for name, value in values.items():
            setattr(self, name, value)
        if tags is not None:
            self._tag([self], [tags])
        signals.tell([self])
        return True
