"""CSV: columns named by the first line, separated by semicolon, comma or tab."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alumusic import json_input
from alumusic.problems import Invalid
from classifier.formulas import as_typed

from .records import MAX_LINE, OF_OUR_OWN, SENDABLE, BadLine, Line, MakeId, UnreadableFileError, checked, random_id

DELIMITERS = ";,\t"
NO_DELIMITER = "\x1f"
NAMED_DELIMITER = re.compile(r'sep=([^"\r\n])', re.IGNORECASE)
NOT_UTF8 = re.compile("[\udc80-\udcff]")
ENDS = ("\n", "\r")
# A quote left open would make one record of the rest of the file, and each of its lines be read again and again.
MAX_RECORD = 40_000
MAX_RECORD_LINES = 200
OPTIONAL = ("origem", "autor", "publicado_em")


def read_csv(
    file: TextIO, *, after: int = 0, made_id: MakeId = random_id
) -> tuple[list[str], Iterator[Line | BadLine]]:
    """The column names, and each record that begins behind line `after`. A missing id is made, of the line's number.

    Raises UnreadableFileError where there is no column `texto`.
    """
    lines = _Lines(file)
    first = lines.first()
    named = NAMED_DELIMITER.match(first)
    if named:
        first = lines.first()
    # With one column nothing separates: a comma is the text's own, whatever program wrote the file.
    delimiter = named[1] if named else max(DELIMITERS, key=first.count)
    delimiter = delimiter if delimiter in first else NO_DELIMITER
    try:
        names = next(csv.reader([NOT_UTF8.sub("\ufffd", first)], delimiter=delimiter), [])
        header = [name.strip().lower() for name in names]
    except csv.Error:
        header = []
    if "texto" not in header:
        raise UnreadableFileError(_("The first line must name the columns, and one of them must be texto."))
    return header, _records(lines, header, delimiter, after, made_id)


def refuse_unknown_columns(header: Sequence[str]) -> None:
    """Raises UnreadableFileError naming the columns that no comment has, or that stand twice.

    A column without a name is passed over: spreadsheets leave empty ones behind.
    """
    named = [name for name in header if name]
    unknown = sorted({name for name in named if name not in (*SENDABLE, *OF_OUR_OWN)})
    if unknown:
        names = {"names": json_input.UNSTORABLE.sub("?", ", ".join(unknown))[:500], "known": ", ".join(SENDABLE)}
        raise UnreadableFileError(
            ngettext(
                "Unknown column: %(names)s. Known: %(known)s.",
                "Unknown columns: %(names)s. Known: %(known)s.",
                len(unknown),
            )
            % names
        )
    twice = sorted({name for name in named if named.count(name) > 1})
    if twice:
        raise UnreadableFileError(_("Columns that appear twice: %(names)s.") % {"names": ", ".join(twice)})


class _Lines:
    """The file's lines for a csv.reader, which may be told to read again those of a record that came to nothing."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.number = 0
        self.given: list[str | None] = []  # None: a line beyond all measure, whose text nobody keeps
        self.length = 0
        self.again: deque[str | None] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.again.popleft() if self.again else self.read()
        if line == "":
            raise StopIteration
        self.given.append(line)
        self.length += len(line or "")
        if line is None or self.length > MAX_RECORD or len(self.given) > MAX_RECORD_LINES:
            raise csv.Error
        return line

    def read(self) -> str | None:
        line = self.file.readline(MAX_LINE)
        if len(line) < MAX_LINE or line.endswith(ENDS):
            return line
        while (rest := self.file.readline(MAX_LINE)) and not rest.endswith(ENDS):
            pass
        return None

    def first(self) -> str:
        try:
            line = next(self, "")
        except csv.Error:
            line = ""
        self.begin()
        return line

    def begin(self) -> int:
        """The number of the line with which the next record begins."""
        self.number += len(self.given)
        self.given, self.length = [], 0
        return self.number + 1

    def give_up(self) -> None:
        """Of the record that was begun, only the first line is lost."""
        self.again.extendleft(reversed(self.given[1:]))
        self.given = self.given[:1]


def _records(lines: _Lines, header: list[str], delimiter: str, after: int, made_id: MakeId) -> Iterator[Line | BadLine]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        number = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.give_up()
            if number > after:
                yield BadLine(number, _unreadable())
            continue
        if number > after and any(cell.strip() for cell in cells):
            yield _record(cells, header, number, made_id)


def _unreadable() -> str:
    return _("Quotes that do not match up, or more than %(n)s characters.") % {"n": MAX_RECORD}


def _record(cells: list[str], header: list[str], number: int, made_id: MakeId) -> Line | BadLine:
    if any(NOT_UTF8.search(cell) for cell in cells):
        return BadLine(number, _("The line has bytes that are not UTF-8."))
    if len(cells) != len(header):
        return BadLine(
            number,
            ngettext("%(n)s column instead of %(wanted)s.", "%(n)s columns instead of %(wanted)s.", len(cells))
            % {"n": len(cells), "wanted": len(header)},
        )
    columns = dict(zip(header, cells, strict=True))
    fields: dict[str, Any] = {
        "id": columns.get("id", "").strip() or made_id(number),
        "texto": as_typed(columns["texto"]),
        **{name: as_typed(columns[name]) for name in OPTIONAL if columns.get(name)},
    }
    if metadata := columns.get("metadados", "").strip():
        try:
            fields["metadados"] = json_input.read(metadata.encode())
        except Invalid as error:
            return BadLine(number, f"metadados: {error.detail}")
    return checked(number, fields, columns)
