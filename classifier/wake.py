"""Telling a worker that something waits. The rows are the queue, so a lost message only costs time."""

import logging

from django.db import transaction
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from alumusic.celery import app

logger = logging.getLogger(__name__)


def worker() -> None:
    transaction.on_commit(_send)


def _send() -> None:
    try:
        app.send_task("classifier.label_waiting", ignore_result=True)
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker woken, the sweep will do it: %s", type(error).__name__)
