"""Many new rows at once."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from psycopg.types.json import Jsonb

FEW = 500
STAGING = "staged_rows"


def insert_new(model: type[models.Model], rows: Sequence[dict[str, Any]], **shared: Any) -> None:
    """Inserts the rows that break no unique constraint; the others are left out.

    rows: values by column attribute, the same ones in each; shared: those that all rows have. None is of a column whose
    default is the database's. To be called in a transaction. Where there are many and the database is PostgreSQL, they
    go by COPY: for 10,000 comments the ORM needs a second to write its statement.
    """
    if len(rows) > FEW and connection.vendor == "postgresql":
        _copy(model, rows, shared)
    else:
        everything: QuerySet[Any] = QuerySet(model)
        everything.bulk_create([model(**row, **shared) for row in rows], ignore_conflicts=True)


def among(values: Sequence[str]) -> Sequence[str] | RawSQL:
    """For `__in`: on PostgreSQL many values as one parameter, where the ORM would write and the server read each."""
    if len(values) > FEW and connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::text[])", [list(values)])
    return values


def _copy(model: type[models.Model], rows: Sequence[dict[str, Any]], shared: dict[str, Any]) -> None:
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key or field.has_db_default())]
    own = [field for field in fields if field.attname in rows[0]]
    same = [field for field in fields if field.attname not in rows[0]]
    default = model(**shared)
    table = connection.ops.quote_name(model._meta.db_table)
    columns = _columns(own)
    with connection.cursor() as cursor:
        # Made anew each time, so that it has the columns of today.
        cursor.execute(
            f"CREATE TEMPORARY TABLE {STAGING} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608
        )
        with cursor.copy(f"COPY {STAGING} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_sendable(field, row[field.attname]) for field in own])
        values = [_sendable(field, getattr(default, field.attname)) for field in same]
        cursor.execute(
            f"INSERT INTO {table} ({_columns([*own, *same])}) "  # noqa: S608
            f"SELECT {', '.join([columns, *['%s'] * len(same)])} FROM {STAGING} ON CONFLICT DO NOTHING",
            values,
        )
        cursor.execute(f"DROP TABLE {STAGING}")


def _columns(fields: Sequence[models.Field[Any, Any]]) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


def _sendable(field: models.Field[Any, Any], value: Any) -> Any:
    return Jsonb(value) if isinstance(field, models.JSONField) else value
