import uuid
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .category import CommentState, UploadState
from .comment import Comment
from .tag import CommentTag


class BatchQuerySet(models.QuerySet["Batch"]):
    def finished(self) -> Self:
        """Those not closed yet in which nothing waits, neither a comment for a label nor a file to be read."""
        waiting = BatchItem.objects.filter(batch=OuterRef("pk"), comment__state=CommentState.PENDING)
        unread = Q(upload__state__in=[UploadState.RECEIVED, UploadState.EXPANDING]) | Q(relabellings__isnull=False)
        return self.filter(~Exists(waiting), completed_at=None).exclude(unread)

    def close_finished(self) -> int:
        """How many were closed; what happens to their comments from then on does not open them again."""
        ids = list(self.finished().values_list("pk", flat=True))
        # Reading first: an UPDATE that finds nothing would still wait for SQLite's one writer.
        return Batch.objects.filter(pk__in=ids, completed_at=None).update(completed_at=timezone.now()) if ids else 0

    def with_counts(self) -> Self:
        """Each with `total`, its comments, and `pending`, those of them that wait."""
        items = BatchItem.objects.filter(batch=OuterRef("pk")).order_by().values("batch")
        waiting = items.filter(comment__state=CommentState.PENDING)
        return self.annotate(total=_count_of(items), pending=_count_of(waiting))


def _count_of(items: models.QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(items.annotate(n=Count("pk")).values("n")), 0)


class Batch(models.Model):
    """The comments of one call, in the order sent; the same comment may stand in several."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("owner"), on_delete=models.CASCADE, related_name="batches"
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    completed_at = models.DateTimeField(_("completed at"), null=True, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        indexes = [models.Index(fields=["created_at"], name="batch_open", condition=Q(completed_at=None))]

    def __str__(self) -> str:
        return str(self.id)

    def progress(self) -> "Progress":
        counted = self.items.aggregate(
            total=Count("pk"),
            pending=Count("pk", filter=Q(comment__state=CommentState.PENDING)),
            failed=Count("pk", filter=Q(comment__state=CommentState.FAILED)),
        )
        counted["pending"] += self.relabellings.count()
        return Progress(**counted)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many comments of a batch there are, in all and in which state."""

    total: int
    pending: int
    failed: int

    @property
    def classified(self) -> int:
        return self.total - self.pending - self.failed


class BatchItemQuerySet(models.QuerySet["BatchItem"]):
    def with_comments(self) -> Self:
        """Each with its comment and that comment's tags: two queries in all."""
        tags = CommentTag.objects.select_related("tag")
        return self.select_related("comment").prefetch_related(
            models.Prefetch("comment__comment_tags", tags, to_attr="fetched_tags")
        )


class BatchItem(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField(_("position"))
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="batch_items")

    objects = BatchItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of a batch")
        verbose_name_plural = _("items of batches")
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="batch_item_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.position}"
