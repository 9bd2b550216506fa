from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from alumusic.problems import Text
from classifier import signals

from .category import Category, CommentState
from .search import SearchWordsField, search_words
from .tag import CommentTag, Tag

MAX_TEXT = 5_000
NO_TAG = 0

TO_REVIEW = Q(reviewed=False, state__in=[CommentState.CLASSIFIED, CommentState.FAILED])
SCORED = TO_REVIEW & Q(review_score__isnull=False)

REFUSALS: dict[str, Text] = {
    "refusal": _("it will not answer this text"),
    "content_filter": _("its filter holds this text back"),
    "context_length": _("the text is too long for it"),
    "truncated": _("its answer broke off"),
    "rejected": _("its server takes no question with this text"),
    "invalid_answer": _("its answers could not be read"),
    "broken_answer": _("its answers could not be read"),
    "server_error": _("its server fails on this text"),
    "timeout": _("it does not answer in time"),
}

REVIEW_COLUMNS = ["review_week", "review_score", "review_reason"]
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


@dataclass(frozen=True, slots=True)
class Standing:
    """All of a comment that a person decides or an undo puts back. tags: sorted names."""

    state: CommentState
    category: Category | None
    tags: tuple[str, ...]
    reviewed: bool
    category_corrected: bool


class CommentQuerySet(models.QuerySet["Comment"]):
    def matching(self, words: str) -> Self:
        """Those with every word of the text, in whatever inflection, accents or not."""
        return self.filter(search_words__matches=words)

    def tagged(self, name: str) -> Self:
        """Those with the tag that the name means today, its moment and comment as `tag_moment` and `tag_comment`.

        Its index sorts by these. A filter by `comment_tags__…` would join once more, and find the comment's other tags
        too. The key is looked up first: the planner then knows how frequent it is.
        """
        key = Tag.objects.key_of(name)
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

    def to_review(self) -> Self:
        """Those that no person has decided and that no machine has in hand."""
        return self.filter(TO_REVIEW)

    def most_doubtful_first(self) -> Self:
        """By week, the newest first, and within it by score; of those that have one."""
        return self.filter(review_score__isnull=False).order_by("-review_week", "-review_score", "-id")

    def to_score(self) -> Self:
        """Those to review that have no score yet, the newest first."""
        return self.to_review().filter(review_score=None).order_by("-moment", "-id")

    def fallen_back(self) -> Self:
        """Those that the engine in service will never label, so that another did: a person should look."""
        return self.filter(fallback_reason__isnull=False)

    def engines(self) -> list[str]:
        """The names of the engines that labelled any, sorted. A step on their index for each: DISTINCT reads all."""
        names: list[str] = []
        while (
            name := self.filter(engine__gt=names[-1] if names else "")
            .order_by("engine")
            .values_list("engine", flat=True)
            .first()
        ):
            names.append(name)
        return names

    def count_up_to(self, most: int) -> int:
        """How many there are, counted no further than `most`: all of a million takes longer than a page may."""
        return self.order_by()[:most].count()

    def count_by_state(self) -> dict[str, int]:
        counts = dict(self.order_by().values_list("state").annotate(n=models.Count("pk")))
        return {state: counts.get(state, 0) for state in CommentState.values}


class ReviewReason(models.TextChoices):
    """What weighs most in a comment's score."""

    FAILED = "sem_rotulo", _("no engine gave a label")
    DISAGREEMENT = "discordam", _("the engines disagree")
    UNCERTAIN = "incerto", _("the engine is not sure")
    CORRECTED = "corrigidos", _("people corrected its look-alikes")
    NOVEL = "novo", _("a new subject")
    SURE = "seguro", _("the engine is sure")


class Comment(models.Model):
    """What a listener wrote, and what is said of it now.

    The current label stands in the comment's own columns and only `adopt` and `settle` write them. Where a
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

    review_week = models.DateField(_("week of the review"), null=True, editable=False)
    review_score = models.FloatField(_("score for review"), null=True, editable=False)
    review_reason = models.CharField(
        _("reason for review"), max_length=12, choices=ReviewReason.choices, blank=True, db_default="", editable=False
    )

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
            ("erase_author", _("Can hand over and erase the comments of an author")),
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
            models.CheckConstraint(
                condition=Q(review_score=None, review_week=None)
                | Q(review_score__gte=0, review_score__lte=1, review_week__isnull=False),
                name="comment_score_with_week",
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
            models.Index(
                fields=["-moment", "-id"], name="comment_fallen_back", condition=Q(fallback_reason__isnull=False)
            ),
            models.Index(fields=["-review_week", "-review_score", "-id"], name="comment_to_review", condition=SCORED),
            models.Index(
                fields=["category", "-review_week", "-review_score", "-id"],
                name="comment_to_review_category",
                condition=SCORED,
            ),
            models.Index(
                fields=["engine", "-review_week", "-review_score", "-id"],
                name="comment_to_review_engine",
                condition=SCORED,
            ),
            models.Index(Upper("author"), name="comment_author", condition=~Q(author="")),
            models.Index(
                fields=["-moment", "-id"], name="comment_to_score", condition=TO_REVIEW & Q(review_score=None)
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
    def refusal(self) -> Text:
        """Why the main engine gave no label, in words."""
        return REFUSALS.get(self.fallback_reason or "", self.fallback_reason or "")

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
                comment.review_week, comment.review_score, comment.review_reason = None, None, ""
                retag.append(comment)
        cls._write(taken, ["updated_at", "version", "lease_token", "lease_until", *LABEL_COLUMNS, *REVIEW_COLUMNS])
        cls._tag(retag, [labels[comment.pk].tags for comment in retag], retired=False)
        return [comment.pk for comment in taken]

    @classmethod
    def _write(cls, comments: Sequence["Comment"], columns: list[str]) -> None:
        """One UPDATE for all of them: an upsert over rows that are locked, which unlike CASE … WHEN stays linear."""
        cls.objects.bulk_create(comments, update_conflicts=True, unique_fields=["id"], update_fields=columns)
        signals.tell(comments)

    @staticmethod
    def _tag(comments: Sequence["Comment"], names: Sequence[Collection[str]], *, retired: bool = True) -> None:
        """retired: whether a tag may be given that is in use no more; a machine may not, a person who left it there."""
        tags = Tag.objects.named({name for each in names for name in each})
        CommentTag.objects.filter(comment__in=[c.pk for c in comments]).delete()
        CommentTag.objects.bulk_create(
            CommentTag(comment=comment, tag=tag, moment=comment.moment)
            for comment, each in zip(comments, names, strict=True)
            for tag in sorted({tags[name] for name in each}, key=str)
            if retired or tag.retired_at is None
        )

    @classmethod
    def settle(cls, settled: Sequence[tuple["Comment", Standing]]) -> None:
        """Writes what people decided, or took back, of comments that the caller locked. Constant number of queries.

        To be called in a transaction. A worker that holds a comment keeps its claim, and `adopt` then takes no more
        than `engine` and `confidence` from it.
        """
        now = timezone.now()
        retag = []
        for comment, standing in settled:
            if tuple(comment.tag_names) != standing.tags:
                retag.append((comment, standing.tags))
            comment.state, comment.category = standing.state, standing.category
            comment.reviewed, comment.category_corrected = standing.reviewed, standing.category_corrected
            comment.updated_at, comment.version = now, comment.version + 1
        columns = ["updated_at", "version", "state", "category", "reviewed", "category_corrected"]
        cls._write([comment for comment, _standing in settled], columns)
        if retag:
            cls._tag([comment for comment, _tags in retag], [tags for _comment, tags in retag])

    @property
    def standing(self) -> Standing:
        """What of it a person may decide, as it stands; as many queries as `tag_names`."""
        return Standing(
            state=CommentState(self.state),
            category=Category(self.category) if self.category else None,
            tags=tuple(self.tag_names),
            reviewed=self.reviewed,
            category_corrected=self.category_corrected,
        )
