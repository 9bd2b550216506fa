"""The tables of the system that this one replaces, read as they are, in chunks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.rows import class_row

CHUNK = 1_000

# What no calendar of ours can hold comes as null: PostgreSQL also knows `infinity` and years before Christ.
MOMENT = "CASE WHEN {0} >= '1970-01-01' AND {0} < '9000-01-01' THEN {0} END AS {0}"
CREATED, UPDATED = MOMENT.format("created_at"), MOMENT.format("updated_at")


@dataclass(frozen=True, slots=True)
class OldComment:
    id: str
    texto: str | None
    categoria: str | None
    tags: list[str | None] | None
    confianca: float | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class OldSummary:
    id: str
    texto: str | None
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class OldUser:
    id: str
    username: str | None
    password_hash: str | None


Row = TypeVar("Row", OldComment, OldSummary, OldUser)

COLUMNS: dict[type[Any], tuple[str, str, str]] = {
    OldComment: (
        "comentario",
        f"id::text, texto, categoria, tags, confianca::float8, {CREATED}, {UPDATED}",
        "created_at NULLS FIRST, id",
    ),
    OldSummary: ("resumos_semanais", f"id::text, texto, {CREATED}", "created_at DESC NULLS LAST, id DESC"),
    OldUser: ("user", "id::text, username, password_hash", "id"),
}


class Unreadable(Exception):
    """The tables are not there, or the server does not answer (any more)."""


class Source:
    """One connection that writes nothing, and one snapshot for all that is read."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection, self._schema = connection, schema

    def chunks(self, kind: type[Row]) -> Iterator[list[Row]]:
        """All rows of a table, by a cursor of the server's, so that memory stays flat. Raises Unreadable."""
        table, columns, order = COLUMNS[kind]
        query = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            sql.SQL(columns), sql.Identifier(self._schema, table), sql.SQL(order)
        )
        with _told(), self._connection.cursor(f"import_{table}", row_factory=class_row(kind)) as cursor:
            cursor.execute(query)
            while rows := cursor.fetchmany(CHUNK):
                yield rows

    def count(self, kind: type[Any]) -> int:
        table = sql.Identifier(self._schema, COLUMNS[kind][0])
        with _told(), self._connection.cursor() as cursor:
            found = cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
        return int(found[0]) if found else 0


@contextmanager
def opened(url: str, schema: str) -> Iterator[Source]:
    """Raises Unreadable, without the password of the address."""
    with _told(), psycopg.connect(url, connect_timeout=10, client_encoding="utf8") as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        yield Source(connection, schema)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise Unreadable(str(error).strip() or type(error).__name__) from None
