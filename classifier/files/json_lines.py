"""JSONL: one object a line, in UTF-8, by the same strict reading as a JSON body."""

from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from alumusic import json_input
from alumusic.problems import Invalid

from .records import MAX_LINE, OF_OUR_OWN, BadLine, Line, MakeId, checked, random_id


def read_jsonl(file: IO[bytes], *, after: int = 0, made_id: MakeId = random_id) -> Iterator[Line | BadLine]:
    """Each record behind line `after`. A missing id is made, of the line's number."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        whole = len(line) < MAX_LINE or line.endswith(b"\n")
        if not whole:
            _skip_rest(file)
        if number > after and line.strip():
            yield _record(line, number, made_id) if whole else BadLine(number, _too_long())


def _too_long() -> str:
    return _("The line is longer than %(n)s bytes.") % {"n": MAX_LINE}


def _skip_rest(file: IO[bytes]) -> None:
    while (rest := file.readline(MAX_LINE)) and not rest.endswith(b"\n"):
        pass


def _record(line: bytes, number: int, made_id: MakeId) -> Line | BadLine:
    try:
        fields = json_input.read(line)
    except Invalid as error:
        [found] = error.errors
        name = found.pointer.removeprefix("/")
        detail = _("The line is no JSON object.") if found.code == "json" else str(found.detail)
        return BadLine(number, f"{name}: {detail}" if name else detail)
    if isinstance(fields, dict):
        fields = {name: value for name, value in fields.items() if name not in OF_OUR_OWN}
        fields.setdefault("id", made_id(number))
    return checked(number, fields)
