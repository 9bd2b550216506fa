"""A time-out that holds for a whole answer."""

import ssl
import time
from collections.abc import Iterator
from functools import cache

import httpx2


@cache
def certificates() -> ssl.SSLContext:
    """Whom a TLS connection trusts; read once a process, since it takes 50 ms."""
    return httpx2.create_ssl_context()


class PunctualTransport(httpx2.HTTPTransport):
    """httpx2's transport, whose read time-out counts for all of the body.

    In httpx2 it begins anew with each piece, so a server that drips one byte a second would be waited for for ever.
    """

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
