"""How long to wait before a call is made again."""

import random
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
        except ValueError:
            return None
        seconds = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    return seconds if 0 < seconds < float("inf") else None


@dataclass(frozen=True, slots=True)
class Patience:
    """The pauses between calls: they double, with jitter, and are never shorter than the server asked for.

    tries: the calls in all. pause: waits so many seconds, or until the event. jitter: a number between its two
    arguments; without it, all who were refused together would come back together.
    """

    tries: int = 6
    shortest: float = 0.2
    longest: float = 8.0
    pause: Callable[[Event, float], object] = Event.wait
    jitter: Callable[[float, float], float] = random.SystemRandom().uniform

    def before(self, attempt: int, fault: Unavailable) -> float | None:
        """The seconds to wait before the call numbered `attempt`, the first being 0; None to make no more."""
        if attempt >= self.tries:
            return None
        if fault.retry_after is not None:
            return fault.retry_after + self.jitter(0, self.shortest)
        pause = min(self.longest, self.shortest * 2.0 ** (attempt - 1))
        return self.jitter(pause / 2, pause)
