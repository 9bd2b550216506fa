"""Which trained artefact serves: the newest promotion in the database says it, to every process and host."""

import logging
import threading
import time

from django.db import ProgrammingError

from classifier.models import Promotion, TrainedArtefact
from classifier.outages import DATABASE_AWAY

logger = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
SHIPPED = ""


class Service:
    """One query at most every LOOK_SECONDS, however much is labelled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: str | None = None
        self._next_look = 0.0

    def checksum(self) -> str | None:
        """Of the artefact in service, SHIPPED for the one that ships; None where the database has never answered.

        One thread asks; the others go on with what was known, and wait for no database.
        """
        with self._lock:
            due = time.monotonic() >= self._next_look
            if due:
                self._next_look = time.monotonic() + LOOK_SECONDS
        if due:
            try:
                self._known = Promotion.objects.in_service()
            except (*DATABASE_AWAY, ProgrammingError) as error:  # away, or not migrated yet
                logger.warning("which model is in service is not known now: %s", type(error).__name__)
        return self._known

    def data(self, checksum: str) -> bytes | None:
        """The artefact's bytes; None where the database is away."""
        try:
            return bytes(TrainedArtefact.objects.values_list("data", flat=True).get(pk=checksum))
        except DATABASE_AWAY:
            return None

    def look_again(self) -> None:
        """The next question goes to the database."""
        with self._lock:
            self._known, self._next_look = None, 0.0


service = Service()
