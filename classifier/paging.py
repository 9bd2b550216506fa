"""Pages by cursor: each row once, however many share a moment, and page 5,000 as fast as the first."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import BooleanField, Expression, F, Func, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from alumusic.problems import FieldError, Invalid
from alumusic.weeks import parse_moment
from classifier.models import BatchItem, Comment

Row = TypeVar("Row", bound=models.Model)


class RowComparison(Func):
    """`(a, b) < (x, y)` as the database compares rows, which one index range answers."""

    output_field = BooleanField()

    def __init__(self, operator: str, left: Sequence[Expression | F], right: Sequence[Any]) -> None:
        super().__init__(*left, *[Value(value) for value in right])
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        compiled = [compiler.compile(expression) for expression in self.source_expressions]
        half = len(compiled) // 2
        sides = [", ".join(sql for sql, _params in side) for side in (compiled[:half], compiled[half:])]
        return f"({sides[0]}) {self.operator} ({sides[1]})", [p for _sql, params in compiled for p in params]


@dataclass(frozen=True, slots=True)
class Order(Generic[Row]):
    """A total order that an index serves. keys: what it sorts by, all in one direction, none null.

    values: the keys' values of a row; parse: those values as a cursor carried them, or None where they are not.
    """

    name: str
    keys: tuple[Expression | F, ...]
    descending: bool
    values: Callable[[Row], list[Any]]
    parse: Callable[[list[Any]], list[Any] | None]

    def expressions(self, *, reverse: bool = False) -> list[Any]:
        return [key.desc() if self.descending != reverse else key.asc() for key in self.keys]


def _parse_moment_and_id(values: list[Any]) -> list[Any] | None:
    match values:
        case [str(moment), int(pk)] if parsed := parse_moment(moment):
            return [parsed, pk]
    return None


def _parse_number_and_id(values: list[Any]) -> list[Any] | None:
    match values:
        case [float(number), int(pk)]:
            return [number, pk]
    return None


def _parse_position(values: list[Any]) -> list[Any] | None:
    match values:
        case [int(position)]:
            return [position]
    return None


def _by_moment(name: str, *keys: str, descending: bool = True) -> Order[Comment]:
    return Order(
        name,
        keys=tuple(map(F, keys)),
        descending=descending,
        values=lambda comment: [comment.moment.isoformat(), comment.pk],
        parse=_parse_moment_and_id,
    )


def _by_confidence(name: str, none: float, *, descending: bool) -> Order[Comment]:
    return Order(
        name,
        (Coalesce("confidence", Value(none)), F("id")),
        descending,
        lambda comment: [none if comment.confidence is None else comment.confidence, comment.pk],
        _parse_number_and_id,
    )


NEWEST = _by_moment("n", "moment", "id")
OLDEST = _by_moment("o", "moment", "id", descending=False)
NEWEST_OF_TAG = _by_moment("t", "tag_moment", "tag_comment")
OLDEST_OF_TAG = _by_moment("u", "tag_moment", "tag_comment", descending=False)
LEAST_CONFIDENT = _by_confidence("a", 2.0, descending=False)
MOST_CONFIDENT = _by_confidence("d", -1.0, descending=True)
AS_SENT: Order[BatchItem] = Order(
    "p", keys=(F("position"),), descending=False, values=lambda item: [item.position], parse=_parse_position
)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    rows: list[Row]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class _Cursor:
    backwards: bool
    values: list[Any]


def _write(order: Order[Row], row: Row, *, backwards: bool) -> str:
    raw = json.dumps([order.name, int(backwards), *order.values(row)], separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read(order: Order[Any], cursor: str) -> _Cursor:
    try:
        decoded = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        decoded = None
    match decoded:
        case [order.name, 0 | 1 as backwards, *values] if (parsed := order.parse(values)) and _storable(parsed):
            return _Cursor(bool(backwards), parsed)
    sentence = _("Not a cursor of this list. Follow the links of the header `Link` as they are.")
    raise Invalid(sentence, errors=[FieldError("?cursor", "cursor", sentence)])


def _storable(values: list[Any]) -> bool:
    return all(isinstance(v, float | datetime) or (type(v) is int and abs(v) < 2**63) for v in values)


def page(queryset: models.QuerySet[Row], order: Order[Row], *, cursor: str | None, limit: int) -> Page[Row]:
    """The rows after the cursor (before it, where it leads back), and the cursors to both sides.

    Raises Invalid for a cursor that is none, or that belongs to another order.
    """
    position = _read(order, cursor) if cursor else None
    backwards = position is not None and position.backwards
    if position is not None:
        operator = "<" if order.descending != backwards else ">"
        queryset = queryset.filter(RowComparison(operator, order.keys, position.values))
    rows = list(queryset.order_by(*order.expressions(reverse=backwards))[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, position is not None)
    return Page(
        rows,
        _write(order, rows[-1], backwards=False) if rows and has_next else None,
        _write(order, rows[0], backwards=True) if rows and has_previous else None,
    )
