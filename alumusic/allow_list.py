"""From where the panel may be reached."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest

from alumusic.requests import Respond, peer_address

Network = IPv4Network | IPv6Network


class PanelNetworksMiddleware:
    """Whoever comes from outside of `PANEL_NETWORKS` finds no panel, its login neither; 404, not 403, so that nobody
    learns that one is there. With none set it is reached from everywhere."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """By the namespace of what was found, and not by its address, which may be written in more than one way."""
        found = request.resolver_match
        if settings.PANEL_NETWORKS and found and found.namespace == "admin" and not within(request):
            raise Http404


def within(request: HttpRequest) -> bool:
    try:
        address = ip_address(peer_address(request))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    networks: list[Network] = settings.PANEL_NETWORKS
    return any((mapped or address) in network for network in networks)
