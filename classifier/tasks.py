from celery import shared_task

from classifier import embeddings, labelling, vocabulary
from classifier.engines import engine_in_service
from classifier.review import leases, score


@shared_task(name="classifier.label_waiting")
def label_waiting() -> int:
    return labelling.label_waiting(engine_in_service())


@shared_task(name="classifier.embed_missing")
def embed_missing() -> int:
    return embeddings.embed_missing()


@shared_task(name="classifier.score_for_review")
def score_for_review() -> int:
    leases.purge()
    score.learn_from_corrections()
    return score.score_waiting()


@shared_task(name="classifier.follow_tags")
def follow_tags() -> int:
    return vocabulary.follow_all()
