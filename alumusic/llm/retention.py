from collections.abc import Iterator
from datetime import datetime

from alumusic.llm.models import Call, Notice
from alumusic.retention import delete_in_batches, over


def purge(now: datetime) -> Iterator[tuple[str, int]]:
    """The ledger, and what staff were told of the model."""
    if limit := over(now, "RETENTION_LLM_CALLS_DAYS"):
        yield "calls to the language model", delete_in_batches(Call.objects.filter(created_at__lt=limit))
        yield "notices", delete_in_batches(Notice.objects.filter(created_at__lt=limit))
