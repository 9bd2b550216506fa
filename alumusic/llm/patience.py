"""How long to wait before a call is made again."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from threading import Event

from .faults import Unavailable


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """The seconds that `Retry-After` asks for, said as a number or as an HTTP date; None where it says nothing.

    now: as `time.time()`.
    """
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    return seconds if 0 < seconds < float("inf") else None


@dataclass(frozen=True, slots=True)
class Patience:
    """The pauses between calls: they double, with jitter, and are never shorter than the server asked for.

    tries: the calls in all, those that were refused with 429 not counted. pause: waits so many seconds, or until the
    event. now: the clock that deadlines are in. jitter: a number between its two arguments; without it, all who were
    refused together would come back together.
    """

    tries: int = 6
    shortest: float = 0.2
    longest: float = 8.0
    pause: Callable[[Event, float], object] = Event.wait
    now: Callable[[], float] = time.monotonic
    jitter: Callable[[float, float], float] = random.SystemRandom().uniform

    def before(self, attempt: int, fault: Unavailable) -> float | None:
        """The seconds to wait before the call numbered `attempt`, the first being 0; None to make no more."""
        return self.after(attempt, fault) if attempt < self.tries else None

    def after(self, attempt: int, fault: Unavailable) -> float:
        """The seconds to wait before another call, however many there were."""
        if fault.retry_after is not None:
            return fault.retry_after + self.jitter(0, self.shortest)
        pause = min(self.longest, self.shortest * 2.0 ** min(attempt - 1, 16))
        return self.jitter(pause / 2, pause)
