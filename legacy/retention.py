from collections.abc import Iterator
from datetime import datetime

from alumusic.retention import delete_in_batches, over

from .models import KeptRow


def purge(now: datetime) -> Iterator[tuple[str, int]]:
    """What no comment took in goes by the day of its import; the rest goes with its comment."""
    if limit := over(now, "RETENTION_COMMENTS_DAYS"):
        yield "rows of the former system", delete_in_batches(KeptRow.objects.filter(comment=None, created_at__lt=limit))
