"""Telling a worker that something waits. The rows are the queue, so a lost message only costs time."""

import logging
import threading
import time
from contextvars import copy_context
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
# A broker that hangs keeps nobody for longer, and is left alone until the sweep has come by.
PATIENCE_SECONDS = 1.5
PAUSE_SECONDS = 20.0

_broker_hangs_until = 0.0


def worker(task: str = LABELLING) -> None:
    transaction.on_commit(partial(at_once, task))


def at_once(task: str) -> None:
    """In a thread of its own: the broker's time-outs are for each step of a conversation, and there are several."""
    global _broker_hangs_until
    if time.monotonic() < _broker_hangs_until:
        return
    sending = threading.Thread(target=copy_context().run, args=(_publish, task), name="wake", daemon=True)
    sending.start()
    sending.join(PATIENCE_SECONDS)
    if sending.is_alive():
        _broker_hangs_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("no worker woken, the sweep will do it: the broker hangs")


def _publish(task: str) -> None:
    try:
        app.send_task(task, ignore_result=True, expires=EXPIRES_SECONDS)
    except (BrokerError, KombuError, OSError) as error:
        logger.warning("no worker woken, the sweep will do it: %s", type(error).__name__)
