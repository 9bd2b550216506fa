"""What is kept no longer than it is needed: each app says what is old, and it is deleted bit by bit."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string

BATCH = 500


def purge(now: datetime) -> Iterator[tuple[str, int]]:
    """Deletes what is over its time, and says as it goes what and how many. Safe to run twice, and to be stopped."""
    for path in settings.RETENTION:
        yield from import_string(path)(now)


def over(now: datetime, setting: str) -> datetime | None:
    """Before which moment a thing is over its time, by a setting in days; None where it is kept for good (0)."""
    days: int = getattr(settings, setting)
    return now - timedelta(days=days) if days else None


def delete_in_batches(rows: "models.QuerySet[Any]") -> int:
    """How many rows were deleted, a few hundred a transaction, with all that hangs on them.

    One DELETE of a million would hold its locks until the end, and fill the log of the database at once.
    """
    deleted = 0
    ordered = rows if rows.query.order_by else rows.order_by("pk")
    while keys := list(ordered.values_list("pk", flat=True)[:BATCH]):
        rows.model.objects.filter(pk__in=keys).delete()
        deleted += len(keys)
        if len(keys) < BATCH:
            break
    return deleted
