from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from classifier import embeddings, uploads, vocabulary, wake, worker
from classifier.review import leases, score

# So that, where there is one worker only, files and labels take turns.
EXPANDING_SECONDS = 20


@shared_task(name=wake.LABELLING)
def label_waiting() -> int:
    return worker.label_waiting()


@shared_task(name=wake.RELABELLING)
def relabel() -> int:
    return worker.relabel()


@shared_task(name="classifier.embed_missing")
def embed_missing() -> int:
    return embeddings.embed_missing()


@shared_task(name="classifier.score_for_review")
def score_for_review() -> int:
    leases.purge()
    score.learn_from_corrections()
    return score.score_waiting()


@shared_task(name=wake.FOLLOWING)
def follow_tags() -> int:
    return vocabulary.follow_all()


@shared_task(name=wake.EXPANDING)
def expand_uploads() -> None:
    if uploads.expand(limit_seconds=EXPANDING_SECONDS):
        wake.worker(wake.EXPANDING)


@shared_task(name="classifier.learn_from_verdicts")
def learn_from_verdicts() -> None:
    from classifier.learning import schooling  # scikit-learn, which no other task needs

    schooling.weekly()


@worker_ready.connect
def look_at_once(**_kwargs: Any) -> None:
    """What waited while no worker was there need not wait for the sweep."""
    for task in (wake.LABELLING, wake.RELABELLING, wake.EXPANDING):
        wake.at_once(task)
