"""Telling a worker that something waits. The rows are the queue, so a lost message only costs time."""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from alumusic.celery import app

logger = logging.getLogger(__name__)

LABELLING = "classifier.label_waiting"
RELABELLING = "classifier.relabel"
EXPANDING = "classifier.expand_uploads"
FOLLOWING = "classifier.follow_tags"
# A message that nobody took in this time is of no use: the sweep has long done its work.
EXPIRES_SECONDS = 600


def worker(task: str = LABELLING) -> None:
    transaction.on_commit(partial(_send, task))


def _send(task: str) -> None:
    try:
        app.send_task(task, ignore_result=True, expires=EXPIRES_SECONDS)
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker woken, the sweep will do it: %s", type(error).__name__)
