"""From a waiting comment to a labelled one: claim it, ask an engine, record what it said."""

import logging
import time
import uuid
from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from classifier import claims
from classifier.engines import Engine, Failure, Verdict, embedded_engine
from classifier.models import Classification, Comment, Label
from classifier.models.classification import PROBABILITY_COLUMNS

logger = logging.getLogger(__name__)

CHUNK = 640


def label(comments: Sequence[Comment], token: uuid.UUID, *, engine: Engine, deadline: float) -> int:
    """How many of the comments got their label; those that may yet get one go back to the queue.

    comments: held under `token`. deadline: a `time.monotonic()`. No transaction may be open: engines take long.
    What the LLM will never answer is labelled by the embedded engine; `falhou` is what that cannot label either.
    """
    labelled, failures = _ask(comments, token, engine=engine, deadline=deadline)
    claims.release([comment.pk for comment, failure in failures if failure.transient], token)
    lost = [comment for comment, failure in failures if not failure.transient]
    if lost and engine is not embedded_engine():
        more, failures = _ask(lost, token, engine=embedded_engine(), deadline=float("inf"))
        labelled += more
        lost = [comment for comment, _failure in failures]
    claims.set_aside([comment.pk for comment in lost], token)
    return labelled


def _ask(
    comments: Sequence[Comment], token: uuid.UUID, *, engine: Engine, deadline: float
) -> tuple[int, list[tuple[Comment, Failure]]]:
    results = engine.label([comment.text for comment in comments], deadline=deadline)
    answered = list(zip(comments, results, strict=True))
    verdicts = [(comment, result) for comment, result in answered if isinstance(result, Verdict)]
    failures = [(comment, result) for comment, result in answered if isinstance(result, Failure)]
    for reason, count in Counter(failure.reason for _comment, failure in failures).items():
        logger.warning("%s: no label for %s comments: %s", engine.name, count, reason)
    return len(record(verdicts, token, engine=engine)) if verdicts else 0, failures


def record(verdicts: Sequence[tuple[Comment, Verdict]], token: uuid.UUID, *, engine: Engine) -> list[int]:
    """The ids of the comments that took their verdict; a claim that has passed to another leaves no trace."""
    labels = {
        comment.pk: Label(verdict.category, verdict.confidence, engine.name, verdict.tags)
        for comment, verdict in verdicts
    }
    with transaction.atomic():
        adopted = set(Comment.adopt(labels, token))
        taken = [(comment, verdict) for comment, verdict in verdicts if comment.pk in adopted]
        Classification.objects.bulk_create(
            [classification_of(comment, verdict, engine) for comment, verdict in taken], ignore_conflicts=True
        )
    return sorted(adopted)


def classification_of(comment: Comment, verdict: Verdict, engine: Engine) -> Classification:
    """The verdict as it is kept, not yet saved."""
    probabilities = dict(zip(PROBABILITY_COLUMNS, verdict.probabilities or (), strict=False))
    return Classification(
        comment=comment,
        engine=engine.name,
        prompt_version=engine.prompt_version,
        category=verdict.category,
        confidence=verdict.confidence,
        tags=list(verdict.tags),
        **probabilities,
    )


def label_waiting(engine: Engine) -> int:
    """How many waiting comments got their label: claim after claim, until none waits or a claim brings nothing."""
    claims.set_aside_poison()
    done = 0
    while (held := claims.claim(CHUNK)).comments:
        deadline = time.monotonic() + settings.CLASSIFY_WAIT_SECONDS
        labelled = label(held.comments, held.token, engine=engine, deadline=deadline)
        done += labelled
        if not labelled:
            break
    return done
