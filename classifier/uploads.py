"""Files of comments: taken in whole and at once, made into comments by a worker, chunk by chunk.

Each chunk is one transaction that also moves `lines_read` on, so that a worker that is killed leaves no half of one,
and the next goes on behind it.
"""

import hashlib
import io
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import IO

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.models import User
from alumusic.problems import FieldError, Invalid
from classifier import intake, wake
from classifier.files import BadLine, Form, Line, UnreadableFileError, form_of, lines_of
from classifier.models import Batch, BatchItem, Comment, FileFormat, Upload, UploadError, UploadPiece, UploadState
from classifier.models.upload import MAX_DETAIL, MAX_NAME

PIECE = 2**20
CHUNK = 1_000
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 5


class LostClaimError(Exception):
    """The upload has passed to another worker, or is gone."""


def store(file: IO[bytes], *, name: str, owner: User) -> Batch:
    """The new batch of this file, whose lines a worker is woken to read.

    file: seekable; only a piece of it is held in memory. Raises Invalid, and stores nothing, where the file is none of
    comments; single bad lines do not make it so.
    """
    try:
        form = form_of(file)
    except UnreadableFileError as error:
        raise Invalid(str(error), errors=[FieldError("/arquivo", "file", str(error))]) from None
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    with transaction.atomic():
        batch = Batch.objects.create(owner=owner)
        upload = Upload.objects.create(
            batch=batch,
            name=name[:MAX_NAME],
            format=form.format,
            encoding=form.encoding,
            lines=form.lines,
            size=size,
            sha256=digest,
            language=get_language(),
        )
        for number in range(-(-size // PIECE)):
            UploadPiece.objects.create(upload=upload, number=number, data=file.read(PIECE))
        wake.worker(wake.EXPANDING)
    return batch


class _Pieces(io.RawIOBase):
    """An upload's content, one piece after the other. Reading raises LostClaimError where a piece is gone."""

    def __init__(self, upload: Upload) -> None:
        self.upload = upload
        self.number = 0
        self.piece = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]
        if not self.piece and self.number * PIECE < self.upload.size:
            data = self.upload.pieces.filter(number=self.number).values_list("data", flat=True).first()
            if data is None:
                raise LostClaimError
            self.piece = memoryview(data)
            self.number += 1
        length = min(len(buffer), len(self.piece))
        buffer[:length] = self.piece[:length]
        self.piece = self.piece[length:]
        return length


def expand(*, limit_seconds: float) -> bool:
    """Whether lines may be left to read when the time is over: upload after upload, the oldest first."""
    deadline = time.monotonic() + limit_seconds
    _refuse_poison()
    while (upload := claim()) is not None:
        with override(upload.language):
            read_on(upload, deadline=deadline)
        if time.monotonic() >= deadline:
            return True
    return False


def claim() -> Upload | None:
    """The oldest upload with lines to read that no other worker has or gets, held under a new token.

    What was claimed in vain before comes last.
    """
    now = timezone.now()
    with transaction.atomic():
        free = Upload.objects.claimable(now).select_for_update(skip_locked=True, of=("self",))
        upload = free.order_by("attempts", "created_at").first()
        if upload is None:
            return None
        upload.state = UploadState.EXPANDING
        upload.lease_token, upload.lease_until = uuid.uuid4(), now + LEASE
        upload.attempts += 1
        upload.save(update_fields=["state", "lease_token", "lease_until", "attempts"])
    return upload


def _refuse_poison() -> None:
    """Ends the tries on what has killed its worker, or broken it, `MAX_ATTEMPTS` times at one place."""
    with transaction.atomic():
        free = Upload.objects.claimable(timezone.now()).select_for_update(skip_locked=True, of=("self",))
        for upload in free.filter(attempts__gte=MAX_ATTEMPTS):
            with override(upload.language):
                sentence = _("Reading failed %(n)s times behind line %(line)s; the rest of the file was left out.")
            detail = sentence % {"n": upload.attempts, "line": upload.lines_read}
            UploadError.objects.create(upload=upload, line=upload.lines_read + 1, detail=detail)
            _end(upload, UploadState.REFUSED)


def read_on(upload: Upload, *, deadline: float) -> None:
    """Makes comments of the lines behind `lines_read`, until the file ends, the time is over or the claim is lost.

    upload: held by `claim`. deadline: a `time.monotonic()`; one chunk is read however late it is.
    """
    form = Form(FileFormat(upload.format), upload.encoding, upload.lines)
    with closing(io.BufferedReader(_Pieces(upload), buffer_size=65_536)) as file:
        try:
            records = lines_of(file, form, after=upload.lines_read, made_id=partial(made_id, upload))
            while chunk := list(islice(records, CHUNK)):
                _store_chunk(upload, chunk)
                if time.monotonic() >= deadline:
                    _hold(upload, lease_token=None, lease_until=None)
                    return
            with transaction.atomic():
                _hold(upload)
                _end(upload, UploadState.EXPANDED)
        except LostClaimError:
            return
    Batch.objects.filter(pk=upload.pk).close_finished()


def made_id(upload: Upload, number: int) -> str:
    """The id of a line that has none: the same whenever the line is read."""
    return str(uuid.uuid5(upload.pk, str(number)))


def _hold(upload: Upload, **values: object) -> None:
    """Writes to the upload and locks it until the transaction ends. Raises LostClaimError where it is ours no more."""
    held = Upload.objects.filter(pk=upload.pk, lease_token=upload.lease_token)
    if not held.update(**{"lease_until": timezone.now() + LEASE, "attempts": 0} | values):
        raise LostClaimError


def _end(upload: Upload, state: UploadState) -> None:
    Upload.objects.filter(pk=upload.pk).update(
        state=state, finished_at=timezone.now(), lease_token=None, lease_until=None
    )
    upload.pieces.all().delete()
    upload.omissions.all().delete()


def _store_chunk(upload: Upload, chunk: Sequence[Line | BadLine]) -> None:
    faults = [line for line in chunk if isinstance(line, BadLine)]
    with transaction.atomic():
        _hold(upload, lines_read=chunk[-1].number)
        erased = set(upload.omissions.values_list("author", flat=True))
        lines = [line for line in chunk if isinstance(line, Line) and line.comment.author not in erased]
        first = {line.comment.id: line for line in reversed(lines)}
        stored = intake.store_new((line.comment for line in first.values()), sender=upload.batch.owner)
        seen = _standing_in(upload, stored)
        items = []
        for line in lines:
            comment = stored[line.comment.id]
            again = comment.pk in seen
            if comment.text != line.comment.text:
                faults.append(BadLine(line.number, _other_text(again=again)))
            elif not again:
                seen.add(comment.pk)
                items.append(BatchItem(batch_id=upload.pk, position=line.number, comment=comment))
        BatchItem.objects.bulk_create(items)
        UploadError.objects.bulk_create(
            UploadError(upload=upload, line=fault.number, detail=fault.fault[:MAX_DETAIL]) for fault in faults
        )
        wake.worker()


def _standing_in(upload: Upload, stored: dict[str, Comment]) -> set[int]:
    """Those of the comments that came from lines before."""
    ids = [comment.pk for comment in stored.values()]
    return set(BatchItem.objects.filter(batch=upload.pk, comment__in=ids).values_list("comment_id", flat=True))


def _other_text(*, again: bool) -> str:
    if again:
        return _("id: The id appears before in the file, with another text.")
    return _("id: The id is stored with another text.")
