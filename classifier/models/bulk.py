"""Many new rows at once."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from django.db.models import QuerySet
from psycopg.types.json import Jsonb

FEW = 500
STAGING = "staged_rows"


def insert_new(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    """Inserts the rows that break no unique constraint; the others are left out.

    rows: values by column attribute, the same ones in each, none of a column whose default is the database's. To be
    called in a transaction. Where there are many and the database is PostgreSQL, they go by COPY: for 10,000 comments
    the ORM needs a second to write its statement.
    """
    if len(rows) > FEW and connection.vendor == "postgresql":
        _copy(model, rows)
    else:
        everything: QuerySet[Any] = QuerySet(model)
        everything.bulk_create([model(**row) for row in rows], ignore_conflicts=True)


def _copy(model: type[models.Model], rows: Sequence[dict[str, Any]]) -> None:
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key or field.has_db_default())]
    default = model()
    values = {field.attname: getattr(default, field.attname) for field in fields}
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        # Made anew each time, so that it has the columns of today.
        cursor.execute(
            f"CREATE TEMPORARY TABLE {STAGING} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608
        )
        with cursor.copy(f"COPY {STAGING} ({columns}) FROM STDIN") as copy:
            for row in rows:
                whole = values | row
                copy.write_row([_sendable(field, whole[field.attname]) for field in fields])
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {STAGING} ON CONFLICT DO NOTHING"  # noqa: S608
        )
        cursor.execute(f"DROP TABLE {STAGING}")


def _sendable(field: models.Field[Any, Any], value: Any) -> Any:
    return Jsonb(value) if isinstance(field, models.JSONField) else value
