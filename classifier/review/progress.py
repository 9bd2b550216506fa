"""How far the review is: what is left, and how the curator's day goes."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.models import User
from alumusic.weeks import start_of
from classifier.models import Review
from classifier.review.selection import Selection

MOST_COUNTED = 10_000
PACE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Progress:
    """left: to review in the selection, counted no further than `MOST_COUNTED`. pace: comments an hour, of late.

    agreement: share of today's decisions, 0..1, that left the machine's category as it was; None before the first.
    """

    left: int
    done_today: int
    pace: int
    agreement: float | None


def progress(curator: User, selection: Selection) -> Progress:
    """Two queries. What was taken back does not count as done."""
    now = timezone.now()
    today = start_of(timezone.localtime(now).date())
    acts = Review.objects.filter(reviewer=curator, created_at__gte=today, step__undone_by=None)
    done = acts.exclude(action=Review.Action.UNDO).aggregate(
        all=Count("pk"),
        lately=Count("pk", filter=Q(created_at__gte=now - PACE)),
        labelled=Count("pk", filter=Q(category_before__isnull=False)),
        agreed=Count("pk", filter=Q(category=F("category_before"))),
    )
    return Progress(
        left=selection.comments().count_up_to(MOST_COUNTED),
        done_today=done["all"],
        pace=round(done["lately"] * timedelta(hours=1) / PACE),
        agreement=done["agreed"] / done["labelled"] if done["labelled"] else None,
    )
