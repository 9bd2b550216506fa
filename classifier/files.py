"""Comments in CSV files as people save them: from a spreadsheet, an old system, or our own export."""

import csv
import uuid
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _
from pydantic import ValidationError

from alumusic.validation import field_errors, wire_names
from classifier.export import FORMULA_STARTS
from classifier.incoming import IncomingComment

if TYPE_CHECKING:
    import _csv

DELIMITERS = ";,\t"
OPTIONAL = ("origem", "autor", "publicado_em")


class UnreadableFileError(ValueError):
    """The file is no CSV of comments; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A good record. number: of its last line in the file. cells: by the names of the header."""

    number: int
    cells: dict[str, str]
    comment: IncomingComment


@dataclass(frozen=True, slots=True)
class BadLine:
    number: int
    fault: str


def encoding_of(file: IO[bytes]) -> str:
    """The encoding of a text file: UTF-8, with or without byte order mark, else Windows-1252.

    Reads the file to its end and goes back to the start. Raises UnreadableFileError for UTF-16, which would pass for
    neither.
    """
    start = file.read(4)
    if start.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in start:
        raise UnreadableFileError(_("The file is in UTF-16. Save it as CSV in UTF-8."))
    decoder = getincrementaldecoder("utf-8")()
    try:
        decoder.decode(start)
        while piece := file.read(65_536):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def read_csv(file: IO[str]) -> tuple[list[str], Iterator[Line | BadLine]]:
    """The column names, and each record. A missing id is made.

    Raises UnreadableFileError where there is no column `texto`.
    """
    first, skipped = file.readline(), 1
    if first.strip().lower().startswith("sep="):
        first, skipped = file.readline(), 2
    delimiter = max(DELIMITERS, key=first.count)
    header = [name.strip().lower() for name in next(csv.reader([first], delimiter=delimiter), [])]
    if "texto" not in header:
        raise UnreadableFileError(_("The first line must name the columns, and one of them must be texto."))
    return header, _records(csv.reader(file, delimiter=delimiter), header, skipped)


def _records(reader: "_csv.Reader", header: list[str], skipped: int) -> Iterator[Line | BadLine]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # the reader goes on with the line after
            yield BadLine(reader.line_num + skipped, str(error))
            continue
        if any(cell.strip() for cell in cells):
            yield _record(cells, header, reader.line_num + skipped)


def _record(cells: list[str], header: list[str], number: int) -> Line | BadLine:
    if len(cells) != len(header):
        counts = {"n": len(cells), "wanted": len(header)}
        return BadLine(number, _("%(n)s columns instead of %(wanted)s.") % counts)
    columns = dict(zip(header, cells, strict=True))
    sent = {
        "id": columns.get("id", "").strip() or str(uuid.uuid4()),
        "texto": _as_typed(columns["texto"]),
        **{name: _as_typed(columns[name]) for name in OPTIONAL if columns.get(name)},
    }
    try:
        return Line(number, columns, IncomingComment.model_validate(sent))
    except ValidationError as error:
        faults = field_errors(error, wire_names(IncomingComment))
        return BadLine(number, " ".join(f"{fault.pointer.removeprefix('/')}: {fault.detail}" for fault in faults))


def _as_typed(cell: str) -> str:
    """The cell without the apostrophe by which our export made it harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
