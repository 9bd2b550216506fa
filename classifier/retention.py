from collections.abc import Iterator
from datetime import datetime

from alumusic.retention import delete_in_batches, over
from classifier.models import Batch, Comment, KnownAnswer, Sitting


def purge(now: datetime) -> Iterator[tuple[str, int]]:
    """Comments by their moment, with all that is known of them; batches and their files; what curators' tabs did.

    The reviews themselves stay with their comments; only which key press they came from is forgotten.
    """
    if limit := over(now, "RETENTION_COMMENTS_DAYS"):
        yield "comments", delete_in_batches(Comment.objects.filter(moment__lt=limit).order_by("moment", "id"))
        yield "known answers", delete_in_batches(KnownAnswer.objects.filter(created_at__lt=limit))
    if limit := over(now, "RETENTION_BATCHES_DAYS"):
        yield "batches", delete_in_batches(Batch.objects.filter(completed_at__lt=limit))
    if limit := over(now, "RETENTION_SITTINGS_DAYS"):
        idle = Sitting.objects.filter(started_at__lt=limit).exclude(steps__created_at__gte=limit)
        yield "sittings", delete_in_batches(idle.exclude(leases__until__gte=now))
