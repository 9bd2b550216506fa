"""The circuit breaker: after repeated failure nobody asks for a while, then one probes. All processes share its row."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from .faults import MISCONFIGURED, LLMFault, Misconfigured, OutOfTime, RateLimited, Unavailable
from .models import Circuit, CircuitQuerySet

logger = logging.getLogger(__name__)

FAILURES = 3
FIRST_PAUSE = 30
LONGEST_PAUSE = 600
LONG_RETRY = 60
PAUSE_FOR_A_PERSON = 300
PROBE_LEASE = timedelta(seconds=60)


class Passage(Enum):
    CLOSED = "closed"  # ask as you like
    PROBE = "probe"  # ask one thing, on which it depends whether others may ask
    OPEN = "open"  # do not ask


@dataclass(frozen=True, slots=True)
class Admission:
    """May the model be asked? reason: why not, in one word; empty where it may."""

    passage: Passage
    reason: str = ""


CLOSED = Admission(Passage.CLOSED)


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one server and model.

    It counts questions that failed after all their tries, and the first that is answered sets it back. A deadline of
    ours says nothing of the server, nor does `rate_limited`, unless it wants no calls for long; a refusal of one
    question is an answer.
    """

    base_url: str
    model: str

    def look(self) -> Admission:
        """What `admit` would say now; takes nothing. One query."""
        circuit, now = self._rows.first(), timezone.now()
        if circuit is None or circuit.open_until is None:
            return CLOSED
        if circuit.open_until > now or (circuit.probed_until is not None and circuit.probed_until > now):
            return Admission(Passage.OPEN, _word(circuit.reason))
        return Admission(Passage.PROBE)

    def admit(self) -> Admission:
        """Whether to ask now. Where a probe is due, one asker gets it, until it ends or its lease does."""
        admission = self.look()
        if admission.passage is not Passage.PROBE:
            return admission
        now = timezone.now()
        won = self._rows.due(now).unprobed(now).update(probed_until=now + PROBE_LEASE)
        return admission if won else self.look_again()

    def look_again(self) -> Admission:
        """After a lost race for the probe: closed if it has passed by now, else open."""
        admission = self.look()
        return admission if admission.passage is Passage.CLOSED else Admission(Passage.OPEN, "breaker")

    def settle(self, fault: LLMFault | None) -> None:
        """Takes note of how one question ended; fault: None where it was answered."""
        match fault:
            case RateLimited() if (fault.retry_after or 0) > LONG_RETRY:
                self._shut_for(fault, int(fault.retry_after or 0))
            case OutOfTime() | RateLimited():
                self._give_probe_back()
            case Misconfigured() | Unavailable():
                self.failed(fault)
            case _:
                self.succeeded()

    def succeeded(self) -> None:
        """The server works. Writes only where there is something to set back."""
        if not self._rows.troubled().exists():
            return
        was_open = self._rows.filter(open_until__isnull=False)
        if was_open.update(failures=0, reason="", open_until=None, pause_seconds=0, probed_until=None):
            logger.warning("the language model %s answers again", self.model)
        self._rows.closed().update(failures=0)

    def failed(self, fault: LLMFault) -> None:
        """A question ended with this fault, after all its tries."""
        circuit, _created = Circuit.objects.get_or_create(base_url=self._address, model=self.model)
        now = timezone.now()
        if circuit.open_until is not None:
            if circuit.open_until <= now:  # else it is one that was asked before, and says nothing new
                self._open(self._rows.filter(open_until=circuit.open_until), fault, now, circuit.pause_seconds * 2)
            return
        self._rows.closed().count_failure()
        if isinstance(fault, Misconfigured):
            self._open(self._rows.closed(), fault, now)
        else:
            self._open(self._rows.closed().filter(failures__gte=FAILURES), fault, now)

    def _shut_for(self, fault: LLMFault, seconds: int) -> None:
        Circuit.objects.get_or_create(base_url=self._address, model=self.model)
        self._open(self._rows.closed(), fault, timezone.now(), seconds)

    def _open(self, rows: CircuitQuerySet, fault: LLMFault, now: datetime, pause: int = FIRST_PAUSE) -> None:
        pause = PAUSE_FOR_A_PERSON if isinstance(fault, Misconfigured) else min(pause, LONGEST_PAUSE)
        until = now + timedelta(seconds=pause)
        if rows.update(open_until=until, pause_seconds=pause, reason=fault.reason, probed_until=None):
            logger.warning("the language model %s is not asked for %s s: %s", self.model, pause, fault.reason)

    def _give_probe_back(self) -> None:
        self._rows.filter(probed_until__isnull=False).update(probed_until=None)

    @property
    def _rows(self) -> CircuitQuerySet:
        return Circuit.objects.filter(base_url=self._address, model=self.model)

    @property
    def _address(self) -> str:
        """The address without what might be a secret in it."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _word(reason: str) -> str:
    return reason if reason in MISCONFIGURED else "breaker"


def breaker() -> Breaker:
    """The breaker of the server and model in the settings."""
    return Breaker(settings.OPENAI_BASE_URL, settings.LLM_MODEL)
