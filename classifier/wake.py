"""Telling a worker that something waits. The rows are the queue, so a lost message only costs time."""

import logging

from django.db import transaction
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from alumusic.celery import app

logger = logging.getLogger(__name__)

# Who was not reached in this time is woken by the sweep; a message that nobody took is of no use either.
EXPIRES_SECONDS = 600


def labeller() -> None:
    _after_commit("classifier.label_waiting")


def relabeller() -> None:
    _after_commit("classifier.relabel")


def _after_commit(task: str) -> None:
    transaction.on_commit(lambda: _send(task))


def _send(task: str) -> None:
    try:
        app.send_task(task, ignore_result=True, expires=EXPIRES_SECONDS)
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker woken, the sweep will do it: %s", type(error).__name__)
