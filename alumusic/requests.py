"""Who asks, and under which id the log tells of it."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="-")

Respond = Callable[[HttpRequest], HttpResponse]


def request_id() -> str:
    """The id of the request that is being answered; "-" outside of one."""
    return _current.get()


def follow(current: str) -> None:
    """What is logged from now on, by this thread, belongs to the request of this id."""
    _current.set(current)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        return True


class RequestIdMiddleware:
    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.headers.get("X-Request-ID", "")
        current = sent if SANE_ID.fullmatch(sent) else str(uuid.uuid4())
        token = _current.set(current)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = current
        return response


def peer_address(request: HttpRequest) -> str:
    """The address that the outermost trusted proxy saw.

    Counted from the right of `X-Forwarded-For` by `TRUSTED_PROXY_COUNT`, since a client may write what it likes
    on the left; without a proxy it is the peer's own.
    """
    count: int = settings.TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if count and len(hops) >= count:
        return hops[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


def client_address(request: HttpRequest) -> str:
    """By what a visitor is counted: `peer_address`, or of IPv6 its /64 network, which one customer has whole."""
    return _one_customer(peer_address(request))


def _one_customer(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((parsed.packed, 64), strict=False))
