"""What to do with a result that was paid for while the database is away: keep it, and try again."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

Returned = TypeVar("Returned")

PAUSE_SECONDS = 0.5
# How long past its deadline what an engine said is kept for a database that is away.
KEEP_SECONDS = 20.0
DATABASE_AWAY = (OperationalError, InterfaceError)


def outlasted(write: Callable[[], Returned], *, deadline: float) -> Returned:
    """What `write` returns, called again while the database is away and the deadline (`time.monotonic()`) is to come.

    `write` is one transaction. Inside of a transaction it is called once: only who opened that one can repeat it.
    """
    while True:
        try:
            return write()
        except DATABASE_AWAY as error:
            if connection.in_atomic_block or time.monotonic() + PAUSE_SECONDS > deadline:
                raise
            logger.warning("the database is away, what was to be written is kept: %s", type(error).__name__)
            connection.close()
            time.sleep(PAUSE_SECONDS)
