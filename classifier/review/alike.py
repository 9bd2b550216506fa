"""A comment's look-alikes: its nearest neighbours by meaning, what stands on them and who has them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils import timezone

from classifier.models import Comment, Embedding, Review, ReviewLease, Sitting
from classifier.review.window import Floats, decoded, window

MOST = 60
LOOKED_AT = 200
LEAST = 0.80


@dataclass(frozen=True, slots=True)
class LookAlike:
    """likeness: the cosine, 0..1. decided_by: who decided it last. held_by: before whom it lies now.

    Both are names, empty where there is none.
    """

    comment: Comment
    likeness: float
    decided_by: str = ""
    held_by: str = ""

    @property
    def free(self) -> bool:
        """Whether a verdict may be given on it beside another's."""
        return not (self.comment.reviewed or self.held_by)


def vectors_of(ids: Sequence[int]) -> dict[int, Floats]:
    """The stored vectors of these comments; those that have none yet are left out."""
    rows = Embedding.objects.filter(comment_id__in=ids).values_list("comment_id", "vector")
    return {key: decoded(vector) for key, vector in rows}


def look_alikes(comment: Comment, sitting: Sitting) -> list[LookAlike]:
    """The nearest neighbours, nearest first; none where the comment has no vector yet.

    What lies blind before the same curator is left out: its label would be seen here.
    """
    own = vectors_of([comment.pk]).get(comment.pk)
    if own is None:
        return []
    keys, _cosines = window.nearest(own[np.newaxis], most=LOOKED_AT)
    vectors = vectors_of([key for key in keys[0].tolist() if key != comment.pk])
    likeness = {key: float(vector @ own) for key, vector in vectors.items()}
    nearest = sorted((key for key in likeness if likeness[key] >= LEAST), key=lambda key: -likeness[key])[:MOST]
    blind = sitting.leases.filter(comment__in=nearest, draw_probability__isnull=False).values("comment")
    comments = Comment.objects.filter(pk__in=nearest).exclude(pk__in=blind).with_tags().in_bulk()
    deciders, holders = _deciders(comments), holders_of(comments, sitting)
    return [
        LookAlike(comments[key], likeness[key], deciders.get(key, ""), holders.get(key, ""))
        for key in nearest
        if key in comments
    ]


def holders_of(ids: Iterable[int], sitting: Sitting) -> dict[int, str]:
    """Who else has each of these comments before them now, by comment id; free ones are not there."""
    leases = ReviewLease.objects.living(timezone.now()).exclude(sitting=sitting).filter(comment__in=list(ids))
    return dict(leases.values_list("comment_id", "sitting__curator__username"))


def _deciders(ids: Iterable[int]) -> dict[int, str]:
    acts = Review.objects.filter(comment__in=list(ids), comment__reviewed=True).order_by("id")
    return {key: name or "" for key, name in acts.values_list("comment_id", "reviewer__username")}
