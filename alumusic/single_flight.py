"""Costly answers kept in the shared cache and computed once, however many processes ask at one moment."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.cache import cache

from alumusic.problems import Unavailable
from alumusic.throttling import CACHE_DOWN

logger = logging.getLogger(__name__)

Value = TypeVar("Value")

STALE_SECONDS = 3600
LOCK_SECONDS = 30
WAIT_SECONDS = 20
LOOK_AGAIN_SECONDS = 0.02

# Of all threads of this process that find nothing, one watches the cache; the others wait here, which costs nothing.
_locks: dict[str, threading.Lock] = {}


@dataclass(frozen=True, slots=True)
class Answer(Generic[Value]):
    """expires: seconds since 1970. computed: this very call made it."""

    value: Value
    expires: float
    computed: bool = False

    @property
    def fresh(self) -> bool:
        return time.time() < self.expires

    @property
    def seconds_left(self) -> int:
        return max(0, int(self.expires - time.time()))


def stored(key: str) -> Answer[Value] | None:
    """What stands in the cache, fresh or not. Raises one of `CACHE_DOWN` where the cache does not answer."""
    found = cache.get(key)
    return None if found is None else Answer(*found)


def answer(key: str, compute: Callable[[], Value], *, seconds: int) -> Answer[Value]:
    """The value, at most `seconds` old, or older while somebody else computes the next one.

    Where there is none yet, all but one wait for the one who computes. Where the cache is down, each computes for
    itself, one at a time in a process, and the log says so. Raises Unavailable where the wait takes too long.
    """
    try:
        found: Answer[Value] | None = stored(key)
        if found is not None:
            return found if found.fresh else _refreshed(key, compute, seconds) or found
        return _first(key, compute, seconds)
    except CACHE_DOWN as error:
        logger.warning("%s is computed at each asking, the cache is down: %s", key, type(error).__name__)
    with _one_of_this_process(key):
        return Answer(compute(), time.time() + seconds, computed=True)


@contextmanager
def _one_of_this_process(key: str) -> Iterator[None]:
    lock = _locks.setdefault(key, threading.Lock())
    if not lock.acquire(timeout=WAIT_SECONDS):
        raise Unavailable
    try:
        yield
    finally:
        lock.release()


def _first(key: str, compute: Callable[[], Value], seconds: int) -> Answer[Value]:
    deadline = time.monotonic() + WAIT_SECONDS
    with _one_of_this_process(key):
        while time.monotonic() < deadline:
            found: Answer[Value] | None = stored(key) or _refreshed(key, compute, seconds)
            if found is not None:
                return found
            time.sleep(LOOK_AGAIN_SECONDS)
    raise Unavailable


def _refreshed(key: str, compute: Callable[[], Value], seconds: int) -> Answer[Value] | None:
    """The next value, or what another has just made; None where another is making it."""
    token = uuid.uuid4().hex
    if not cache.add(f"{key}:lock", token, timeout=LOCK_SECONDS):
        return None
    try:
        found: Answer[Value] | None = stored(key)
        if found is not None and found.fresh:
            return found
        value, expires = compute(), time.time() + seconds
        cache.set(key, (value, expires), timeout=STALE_SECONDS)
        return Answer(value, expires, computed=True)
    finally:
        if cache.get(f"{key}:lock") == token:
            cache.delete(f"{key}:lock")
