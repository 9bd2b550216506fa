from celery import shared_task

from classifier import embeddings, worker


@shared_task(name="classifier.label_waiting")
def label_waiting() -> int:
    return worker.label_waiting()


@shared_task(name="classifier.relabel")
def relabel() -> int:
    return worker.relabel()


@shared_task(name="classifier.embed_missing")
def embed_missing() -> int:
    return embeddings.embed_missing()
