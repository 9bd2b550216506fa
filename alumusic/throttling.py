"""Limits that hold over all processes: a sliding window of two counters in the shared cache."""

import logging
import time
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from alumusic.problems import Text, Throttled
from alumusic.requests import client_address

if TYPE_CHECKING:
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

CACHE_DOWN = (ConnectionInterrupted, RedisError, OSError)


class Limit:
    """At most so many events of one scope and one ident in any window.

    The count is that of the present window and the share of the one before that a sliding window still covers
    (Cloudflare's approximation). Where the cache is down, everything passes and the log says so: a limit is no
    reason to refuse a comment.
    """

    def __init__(self, scope: str, refusal: Text | None = None) -> None:
        self.scope = scope
        self.refusal = refusal
        self.most, self.seconds = settings.THROTTLES[scope]

    def take(self, ident: str) -> None:
        """Counts one event. Raises Throttled, and counts nothing, where it is one too many."""
        window, elapsed = divmod(time.time(), self.seconds)
        key = self._key(ident, window)
        try:
            previous = int(cache.get(self._key(ident, window - 1), 0))
            cache.add(key, 0, timeout=2 * self.seconds)
            before = cache.incr(key) - 1
            if wait := self._wait(previous, before, elapsed):
                cache.decr(key)
                raise Throttled(wait, self.refusal)
        except CACHE_DOWN as error:
            logger.warning("limit %s not counted, the cache is down: %s", self.scope, type(error).__name__)
        except ValueError:
            logger.warning("limit %s not counted, its counter was evicted", self.scope)

    def check(self, ident: str) -> None:
        """Raises Throttled where the next event would be one too many; counts nothing."""
        window, elapsed = divmod(time.time(), self.seconds)
        try:
            previous = int(cache.get(self._key(ident, window - 1), 0))
            count = int(cache.get(self._key(ident, window), 0))
        except CACHE_DOWN as error:
            logger.warning("limit %s not checked, the cache is down: %s", self.scope, type(error).__name__)
            return
        if wait := self._wait(previous, count, elapsed):
            raise Throttled(wait, self.refusal)

    def _key(self, ident: str, window: float) -> str:
        """Idents may hold what a visitor wrote; a cache's keys may not."""
        return f"limit:{self.scope}:{sha256(ident.encode()).hexdigest()}:{int(window)}"

    def _wait(self, previous: int, count: int, elapsed: float) -> float:
        """Seconds until there is room for one more; 0 where there is room now."""
        room = self.most - 1 - count
        if room >= previous * (1 - elapsed / self.seconds):
            return 0
        if room >= 0:
            return self._ebb(previous, room) - elapsed
        return self.seconds - elapsed + self._ebb(count, self.most - 1)

    def _ebb(self, previous: int, room: int) -> float:
        """Seconds into a window after which no more than `room` is left of the window before."""
        return self.seconds * max(0.0, 1 - room / previous)


class UserThrottle(BaseThrottle):
    """The limit of requests a user; who has not said who they are is counted by address."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        user = request.user
        ident = f"user:{user.pk}" if user.is_authenticated else f"address:{client_address(request)}"
        Limit("user").take(ident)
        return True
