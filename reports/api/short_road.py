from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from alumusic import single_flight
from alumusic.requests import Respond
from alumusic.throttling import CACHE_DOWN
from reports import recent
from reports.api.respond import response

PATH = "/api/relatorio/semana"
ANY_JSON = {"*/*", "application/*", "application/json"}


class ShortRoadMiddleware:
    """Answers the public report from the cache, where nothing about the request needs a second thought.

    Pages poll it, and sessions, languages and tokens mean nothing to it. Everything else goes the long road to the
    view: a cold or stale cache, a query, a form that must be negotiated, a wrong host, another method.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return (self.warm(request) if request.path_info == PATH else None) or self.get_response(request)

    @staticmethod
    def warm(request: HttpRequest) -> HttpResponse | None:
        meta = request.META
        if not settings.REPORTS_PUBLIC or request.method not in ("GET", "HEAD") or meta.get("QUERY_STRING"):
            return None
        accepted = meta.get("HTTP_ACCEPT", "*/*")
        if accepted not in ANY_JSON and not ANY_JSON.intersection(accepted.replace(" ", "").split(",")):
            return None
        try:
            request.get_host()
            found: single_flight.Answer[recent.Encoded] | None = single_flight.stored(recent.KEY)
        except (DisallowedHost, *CACHE_DOWN):
            return None
        return response(request, found) if found is not None and found.fresh else None
