"""What a file is: of which format, in which encoding, and where its lines are."""

from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from classifier.models import FileFormat

from .encoding import PIECE, UTF8, encoding_of, text_of
from .json_lines import read_jsonl
from .records import BadLine, Line, MakeId, UnreadableFileError, random_id
from .separated import read_csv, refuse_unknown_columns

# How archives, spreadsheets' own files, documents and pictures begin.
NO_TEXT = (
    b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ", b"Rar!",
    b"\x28\xb5\x2f\xfd", b"%PDF-", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"SQLite format",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """encoding: of a CSV; JSONL is UTF-8. lines: how many the file has, good or bad."""

    format: FileFormat
    encoding: str
    lines: int


def form_of(file: IO[bytes]) -> Form:
    """The form of a file that may be sent; goes back to its start.

    Raises UnreadableFileError where it is empty, no text, in UTF-16, or a CSV without `texto` or with columns that are
    not known.
    """
    start = file.read(1_024)
    file.seek(0)
    if not start:
        raise UnreadableFileError(_("The file is empty."))
    if start.startswith(NO_TEXT):
        sentence = _("The file is no text: an archive, a spreadsheet or a picture. Save it as CSV in UTF-8.")
        raise UnreadableFileError(sentence)
    encoding = encoding_of(file)
    begins_with = start.removeprefix(BOM_UTF8).lstrip()[:1]
    if begins_with == b"[":
        raise UnreadableFileError(_("The file is one JSON list. Send it with one object a line (JSONL)."))
    lines = _count_lines(file)
    if begins_with == b"{":
        return Form(FileFormat.JSONL, UTF8, lines)
    _refuse_what_is_no_table(file, encoding)
    return Form(FileFormat.CSV, encoding, lines)


def _refuse_what_is_no_table(file: IO[bytes], encoding: str) -> None:
    text = text_of(file, encoding)
    try:
        header, records = read_csv(text)
        refuse_unknown_columns(header)
        if next(records, None) is None:
            raise UnreadableFileError(_("The file has no line below the names of the columns."))
    finally:
        text.detach()
        file.seek(0)


def _count_lines(file: IO[bytes]) -> int:
    feeds = returns = 0
    last = b""
    while piece := file.read(PIECE):
        feeds += piece.count(b"\n")
        returns += piece.count(b"\r")
        last = piece[-1:]
    file.seek(0)
    return max(feeds, returns) + (last not in (b"", b"\n", b"\r"))


def lines_of(file: IO[bytes], form: Form, *, after: int = 0, made_id: MakeId = random_id) -> Iterator[Line | BadLine]:
    """Each record behind line `after`, in the order of the file, which is read as it goes."""
    if form.format == FileFormat.JSONL:
        return read_jsonl(file, after=after, made_id=made_id)
    _header, lines = read_csv(text_of(file, form.encoding), after=after, made_id=made_id)
    return lines
