"""What one line of a file turns out to be: a comment, or what is wrong with it."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from alumusic.validation import Faults, wire_names
from classifier.incoming import IncomingComment

# Columns and keys that our own files have beside what may be sent; they come back, and are passed over.
OF_OUR_OWN = ("categoria", "tags", "tags_funcionalidades", "confianca", "motor", "created_at", "updated_at")
SENDABLE = tuple(wire_names(IncomingComment))
MAX_LINE = 262_144

MakeId = Callable[[int], str]


class UnreadableFileError(ValueError):
    """The file is none of comments; the message says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A good record. number: of its first line in the file. cells: of a CSV, by the names of the header."""

    number: int
    comment: IncomingComment
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadLine:
    number: int
    fault: str


def random_id(_number: int) -> str:
    return str(uuid.uuid4())


def checked(number: int, fields: Any, cells: Mapping[str, str] | None = None) -> Line | BadLine:
    """The record with these fields, by their names on the wire."""
    try:
        return Line(number, IncomingComment.model_validate(fields), cells or {})
    except ValidationError as error:
        found = Faults()
        found.found(error, SENDABLE)
        faults = [(fault.pointer.removeprefix("/"), fault.detail) for fault in found.listed]
        return BadLine(number, " ".join(f"{name}: {detail}" if name else str(detail) for name, detail in faults))
