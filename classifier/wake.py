"""Telling a worker that something waits. The rows are the queue, so a lost message only costs time."""

import logging

from django.db import transaction
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from alumusic.celery import app

logger = logging.getLogger(__name__)


def worker() -> None:
    transaction.on_commit(lambda: _send("classifier.label_waiting"))


def vocabulary() -> None:
    transaction.on_commit(lambda: _send("classifier.follow_tags"))


def _send(task: str) -> None:
    try:
        app.send_task(task, ignore_result=True)
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker woken, the sweep will do it: %s", type(error).__name__)
