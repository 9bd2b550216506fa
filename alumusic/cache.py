import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache
from django.core.files import locks

SWEEP_SECONDS = 60


class SharedFileCache(FileBasedCache):
    """Django's file cache with `add` and `incr` that are atomic between processes, as they are in Redis.

    The embedded default counts requests in it, so a lost update would be a lost limit.
    """

    if TYPE_CHECKING:  # what Django's class has and its stubs leave out
        _dir: str

        def _list_cache_files(self) -> list[str]: ...

        def _is_expired(self, file: IO[bytes]) -> bool: ...

    @contextmanager
    def _locked(self) -> Iterator[None]:
        Path(self._dir).mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(Path(self._dir) / ".lock", "w") as file:
            locks.lock(file, locks.LOCK_EX)
            yield

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        with self._locked():
            return super().add(key, value, timeout, version)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """The new value. The key gets the cache's default life again. Raises ValueError when the key is not there."""
        with self._locked():
            return super().incr(key, delta, version)

    def _cull(self) -> None:
        """Makes room, at most once a minute: first of what has expired, then, where that is not enough, of the rest.

        Django's own lists the directory at every write, and throws out living counters while dead ones stay.
        """
        mark, now = Path(self._dir) / ".swept", time.time()
        with suppress(FileNotFoundError):
            if now - mark.stat().st_mtime < SWEEP_SECONDS:
                return
        mark.touch()
        os.utime(mark, (now, now))
        for name in self._list_cache_files():
            with suppress(FileNotFoundError), open(name, "rb") as file:
                self._is_expired(file)
        super()._cull()  # type: ignore[misc]
