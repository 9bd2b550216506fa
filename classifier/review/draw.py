"""The blind share: cards drawn at random, each comment of the period as likely as any other.

Seeing a proposal makes people accept wrong ones. What was drawn here and judged blind is an honest sample, and the
probability of each draw is kept with it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Max, Min

from classifier.models import Comment, CommentState, Sitting
from classifier.models.comment import CommentQuerySet
from classifier.review import leases
from classifier.review.selection import Selection

FEW = 5_000
MOST_TICKETS = 3_000
COUNTED_SECONDS = 300

chance = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Drawn:
    """probability: one in so many as there were to draw from, counted at most five minutes ago."""

    comment: Comment
    probability: float


def falls(share: float) -> bool:
    """Whether the next card is to be a blind one."""
    return chance.random() < share


def place(among: Sequence[object]) -> int:
    """Where among the others a blind card goes, so that its place tells nothing."""
    return chance.randint(0, len(among))


def draw(selection: Selection, sitting: Sitting, *, most: int) -> list[Drawn]:
    """Up to `most` of the labelled comments of the selection's period, all equally likely; fewer where few are free.

    The other filters don't count: who filters by a label chooses by what the machine said.
    """
    urn = selection.of_period().filter(state=CommentState.CLASSIFIED)
    keys = list(urn.order_by().values_list("pk", flat=True)[: FEW + 1])
    if len(keys) <= FEW:
        count, order = len(keys), chance.sample(keys, min(len(keys), MOST_TICKETS))
    else:
        count = _count(selection, urn)
        order = _tickets(count, most)
    found = leases.free(urn, sitting).filter(pk__in=order).in_bulk()
    return [Drawn(found[key], 1 / count) for key in dict.fromkeys(order) if key in found][:most]


def _tickets(count: int, most: int) -> list[int]:
    """Keys at random between the first and the last: which of them are in the urn, the database says.

    Taking the first that are, is a uniform draw, and nobody has to number a million rows. There are so many that one
    may expect ten times as many hits as are needed.
    """
    ends = Comment.objects.aggregate(first=Min("pk"), last=Max("pk"))
    span = ends["last"] - ends["first"] + 1
    return [
        chance.randint(ends["first"], ends["last"]) for _ in range(min(10 * most * span // count + 10, MOST_TICKETS))
    ]


def _count(selection: Selection, urn: CommentQuerySet) -> int:
    key = f"review-urn:{selection.since}:{selection.until}".replace(" ", "T")
    return int(cache.get_or_set(key, urn.order_by().count, COUNTED_SECONDS) or FEW)
