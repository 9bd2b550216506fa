"""A time-out that holds for a whole answer, and a call that ends when nobody wants its answer any more."""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from threading import Event
from typing import Any

import httpcore2
import httpx2

LOOK_SECONDS = 0.25

_stop: ContextVar[Event | None] = ContextVar("stop", default=None)


@contextmanager
def stopped_by(stop: Event) -> Iterator[None]:
    """Calls that this thread makes in the block break off, and close their connection, soon after the event is set."""
    token = _stop.set(stop)
    try:
        yield
    finally:
        _stop.reset(token)


@cache
def certificates() -> ssl.SSLContext:
    """Whom a TLS connection trusts; read once a process, since it takes 50 ms."""
    return httpx2.create_ssl_context()


class PunctualTransport(httpx2.HTTPTransport):
    """httpx2's transport, whose read time-out counts for all of the body.

    In httpx2 it begins anew with each piece, so a server that drips one byte a second would be waited for for ever.
    """

    def __init__(self, *, verify: ssl.SSLContext, limits: httpx2.Limits) -> None:
        super().__init__(verify=verify, limits=limits)
        self._pool = httpcore2.ConnectionPool(  # httpx2 has no parameter for the backend
            ssl_context=verify,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_StoppableBackend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        ends = time.monotonic() + request.extensions["timeout"]["read"]
        response = super().handle_request(request)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _PunctualStream(response.stream, request, ends)
        return response


class _PunctualStream(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, request: httpx2.Request, ends: float) -> None:
        self._stream = stream
        self._request = request
        self._ends = ends

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            if time.monotonic() > self._ends:
                raise httpx2.ReadTimeout("the body took too long", request=self._request)
            yield piece

    def close(self) -> None:
        self._stream.close()


class _StoppableBackend(httpcore2.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        return _StoppableStream(super().connect_tcp(host, port, timeout, local_address, socket_options))


class _StoppableStream(httpcore2.NetworkStream):
    """A connection whose reader looks up from time to time, since nobody else can end its wait."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        stop = _stop.get()
        if stop is None:
            return self._stream.read(max_bytes, timeout)
        ends = time.monotonic() + timeout if timeout is not None else float("inf")
        while True:
            try:
                return self._stream.read(max_bytes, min(LOOK_SECONDS, max(0.001, ends - time.monotonic())))
            except httpcore2.ReadTimeout:
                if stop.is_set():
                    raise httpcore2.ReadError("stopped") from None
                if time.monotonic() >= ends:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _StoppableStream(self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
