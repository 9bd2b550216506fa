from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .batch import Batch
from .category import FileFormat, UploadState

OPEN = [UploadState.RECEIVED, UploadState.EXPANDING]
MAX_NAME = 255
MAX_DETAIL = 500


class UploadQuerySet(models.QuerySet["Upload"]):
    def claimable(self, now: datetime) -> Self:
        """Those with lines still to be read, and that nobody holds."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), state__in=OPEN)

    def still_open(self) -> Self:
        """Those with lines still to be read, held or not."""
        return self.filter(state__in=OPEN)


class Upload(models.Model):
    """A file of comments that was sent, until all its lines are comments or errors; it is known by its batch.

    Its lines become comments chunk by chunk, each chunk in one transaction that also moves `lines_read` on. `attempts`
    counts the claims since the last chunk. `language` is the sender's, in which errors are told.
    """

    batch = models.OneToOneField(
        Batch, verbose_name=_("batch"), primary_key=True, on_delete=models.CASCADE, related_name="upload"
    )
    name = models.CharField(_("file name"), max_length=MAX_NAME)
    format = models.CharField(_("format"), max_length=5, choices=FileFormat.choices)
    encoding = models.CharField(_("encoding"), max_length=20)
    size = models.PositiveIntegerField(_("size in bytes"))
    lines = models.PositiveIntegerField(_("lines"))
    sha256 = models.CharField("SHA-256", max_length=64)
    language = models.CharField(_("language"), max_length=10)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    state = models.CharField(_("state"), max_length=9, choices=UploadState.choices, default=UploadState.RECEIVED)
    lines_read = models.PositiveIntegerField(_("lines read"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("sent file")
        verbose_name_plural = _("sent files")
        default_permissions = ()  # who may see the batch may see its file
        constraints = [
            models.CheckConstraint(condition=Q(state__in=UploadState.values), name="upload_state_known"),
            models.CheckConstraint(condition=Q(format__in=FileFormat.values), name="upload_format_known"),
            models.CheckConstraint(condition=~Q(name=""), name="upload_has_name"),
            models.CheckConstraint(
                condition=~Q(state=UploadState.RECEIVED) | Q(lines_read=0), name="upload_received_is_unread"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, finished_at=None)
                | (~Q(state__in=OPEN) & Q(finished_at__isnull=False, lease_token=None)),
                name="upload_ended_is_finished",
            ),
            models.CheckConstraint(
                condition=Q(lease_token=None, lease_until=None)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="upload_lease_has_token",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="upload_open", condition=Q(state__in=OPEN))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def share_read(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(self.lines_read / max(self.lines, 1), 1.0) if self.is_open else 1.0


class UploadPiece(models.Model):
    """Some of an upload's bytes: it is in the database, so that any host's worker can read it. Gone once it is read."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="pieces")
    number = models.PositiveSmallIntegerField()
    data = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="upload_piece_once")]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.number}"


class UploadOmission(models.Model):
    """An author who was erased while this upload was still to be read: lines of theirs become no comments.

    Gone, as the pieces in which the name stands, when the upload ends.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="omissions")
    author = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["upload", "author"], name="upload_omission_once")]

    def __str__(self) -> str:
        return str(self.upload_id)


class UploadError(models.Model):
    """A line that became no comment, and why."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="errors")
    line = models.PositiveIntegerField(_("line"))
    detail = models.CharField(_("detail"), max_length=MAX_DETAIL)

    class Meta:
        verbose_name = _("line with an error")
        verbose_name_plural = _("lines with errors")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["upload", "line"], name="upload_error_once_a_line"),
            models.CheckConstraint(condition=Q(line__gte=1), name="upload_error_line_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.line}: {self.detail}"
