"""How much a comment needs a person, as one number, made by a low-priority job once label and vector are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from classifier.engines import Verdict, embedded_engine, labelled
from classifier.labelling import classification_of
from classifier.models import Classification, Comment, CommentState, Embedding, Review
from classifier.models.comment import REVIEW_COLUMNS, ReviewReason
from classifier.review.alike import vectors_of
from classifier.review.cards import Opinions, kind, opinions_on
from classifier.review.selection import week_of
from classifier.review.window import window

CHUNK = 100
VECTOR_WAIT = timedelta(minutes=15)

# A comment whose nearest is as far as UNKNOWN is all new, as near as KNOWN not at all; both are cosines of e5, where
# two comments at random have 0.84. NOVELTY and CORRECTED are what such a sign alone may bring a score to; from CLEARLY
# on it may be named as the reason, as a doubt is from UNSURE on.
KNOWN, UNKNOWN = 0.88, 0.80
NOVELTY = 0.3
CORRECTED = 0.6
CLEARLY = 0.5
UNSURE = 0.2
LIKE = 0.93
NEIGHBOURS = 12
LEARNT_FROM = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for a look, each 0..1.

    doubt: how likely the label is wrong, as far as the machines know. disagree: whether two engines do. novelty: how
    far the nearest comment is. corrected: share of the look-alikes that a person decided otherwise than this label.
    """

    doubt: float
    disagree: bool = False
    novelty: float = 0.0
    corrected: float = 0.0

    @property
    def score(self) -> float:
        """The probability that at least one of them is right, were they independent."""
        return 1 - (1 - self.doubt) * (1 - NOVELTY * self.novelty) * (1 - CORRECTED * self.corrected)

    @property
    def reason(self) -> ReviewReason:
        novelty, corrected = NOVELTY * self.novelty, CORRECTED * self.corrected
        if self.disagree:
            return ReviewReason.DISAGREEMENT
        if self.corrected >= CLEARLY and corrected >= max(self.doubt, novelty):
            return ReviewReason.CORRECTED
        if self.novelty >= CLEARLY and novelty >= self.doubt:
            return ReviewReason.NOVEL
        return ReviewReason.UNCERTAIN if self.doubt >= UNSURE else ReviewReason.SURE


def novelty_of(nearest: float) -> float:
    """0..1, from the cosine of the nearest comment."""
    return min(max((KNOWN - nearest) / (KNOWN - UNKNOWN), 0.0), 1.0)


def score_waiting(*, most: int = 500) -> int:
    """How many comments got their score, the newest first.

    Those whose vector has not come wait for it, but not for ever: without an encoder there are none.
    """
    done = 0
    embedded = Exists(Embedding.objects.filter(comment=OuterRef("pk")))
    ready = Q(embedded) | Q(state=CommentState.FAILED) | Q(updated_at__lt=timezone.now() - VECTOR_WAIT)
    while done < most:
        comments = list(Comment.objects.to_score().filter(ready)[: min(CHUNK, most - done)])
        done += _score(comments)
        if len(comments) < CHUNK:
            break
    return done


def learn_from_corrections() -> int:
    """How many comments lost their score because a person has just corrected one much like them.

    The next `score_waiting` gives them a new one that knows of it. To be run more often than every `LEARNT_FROM`.
    """
    lately = Review.objects.filter(created_at__gte=timezone.now() - LEARNT_FROM, action=Review.Action.CORRECT)
    corrected = vectors_of(list(lately.order_by("-id").values_list("comment_id", flat=True)[:CHUNK]))
    if not corrected:
        return 0
    keys, cosines = window.nearest(np.stack(list(corrected.values())), most=NEIGHBOURS * 4)
    alike = set(keys[cosines >= LIKE].tolist())
    stale = Comment.objects.to_review().filter(pk__in=alike).exclude(review_reason=ReviewReason.CORRECTED)
    return stale.update(review_week=None, review_score=None, review_reason="")


def _score(comments: Sequence[Comment]) -> int:
    have_label = [comment for comment in comments if comment.state == CommentState.CLASSIFIED]
    _ask_again([comment for comment in have_label if kind(comment.engine) == "llm"])
    opinions = opinions_on(have_label)
    nearness = _nearness(have_label)
    for comment in comments:
        if comment.state == CommentState.FAILED:
            score, reason = 1.0, ReviewReason.FAILED
        else:
            signals = _signals(comment, opinions[comment.pk], *nearness.get(comment.pk, (0.0, 0.0)))
            score, reason = signals.score, signals.reason
        comment.review_week, comment.review_score, comment.review_reason = week_of(comment.moment), score, reason
    return sum(_keep(comment) for comment in comments)


def _keep(comment: Comment) -> int:
    """1 where the score was written; 0 where the comment changed since it was read, and so waits for another."""
    values = {column: getattr(comment, column) for column in REVIEW_COLUMNS}
    return Comment.objects.filter(pk=comment.pk, version=comment.version).update(**values)


def _ask_again(comments: Sequence[Comment]) -> None:
    """Keeps the embedded engine's second opinion on what the LLM labelled, where it has not given one."""
    embedded = Classification.objects.filter(comment__in=comments, engine__startswith="embedded/")
    asked = set(embedded.values_list("comment_id", flat=True))
    missing = [comment for comment in comments if comment.pk not in asked]
    if not missing:
        return
    answers = labelled(embedded_engine(), [comment.text for comment in missing], deadline=float("inf"))
    Classification.objects.bulk_create(
        [
            classification_of(comment.pk, answer.result, engine=answer.engine)
            for comment, answer in zip(missing, answers, strict=True)
            if isinstance(answer.result, Verdict)
        ],
        ignore_conflicts=True,
    )


def _signals(comment: Comment, opinions: Opinions, novelty: float, corrected: float) -> Signals:
    right = (opinions.probabilities or {}).get(str(comment.category), comment.confidence)
    other = opinions.other
    return Signals(
        doubt=1 - (right or 0.0),
        disagree=other is not None and other.category != comment.category,
        novelty=novelty,
        corrected=corrected,
    )


def _nearness(comments: Sequence[Comment]) -> dict[int, tuple[float, float]]:
    """Novelty and share of corrected look-alikes of each comment that has a vector, by id."""
    vectors = vectors_of([comment.pk for comment in comments])
    if not vectors:
        return {}
    keys, cosines = window.nearest(np.stack(list(vectors.values())), most=NEIGHBOURS)
    decided = _decided(keys[cosines >= LIKE].tolist())
    labels = {comment.pk: comment.category for comment in comments}
    found = {}
    for place, pk in enumerate(vectors):
        others = [
            (int(key), float(cosine)) for key, cosine in zip(keys[place], cosines[place], strict=True) if key != pk
        ]
        nearest = max((cosine for _key, cosine in others), default=KNOWN)
        told = [decided[key] != labels[pk] for key, cosine in others if cosine >= LIKE and key in decided]
        found[pk] = (novelty_of(nearest), sum(told) / len(told) if told else 0.0)
    return found


def _decided(ids: Sequence[int]) -> Mapping[int, str | None]:
    """What people decided on these comments, by id."""
    return dict(Comment.objects.filter(pk__in=ids, reviewed=True).values_list("pk", "category"))
