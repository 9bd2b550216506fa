from collections.abc import Iterator
from datetime import datetime

from alumusic.retention import delete_in_batches, over
from insights.models import Answer, Question


def purge(now: datetime) -> Iterator[tuple[str, int]]:
    """Questions, and then the answers that no question has any more."""
    if limit := over(now, "RETENTION_QUESTIONS_DAYS"):
        yield "questions", delete_in_batches(Question.objects.filter(created_at__lt=limit).order_by("pk"))
        yield "answers", delete_in_batches(Answer.objects.filter(questions=None, created_at__lt=limit))
