"""The report as an HTTP answer, the same whether it comes by the short or by the long road."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

from alumusic.single_flight import Answer
from reports.recent import Encoded


def response(request: HttpRequest | Request, answer: Answer[Encoded]) -> HttpResponse:
    """200, or 304 where `If-None-Match` names what the client would get again."""
    encoded = answer.value
    scope = "public" if settings.REPORTS_PUBLIC else "private"
    headers = {"ETag": encoded.etag, "Cache-Control": f"{scope}, max-age={answer.seconds_left}"}
    sent = request.META.get("HTTP_IF_NONE_MATCH")
    if sent and _matches(sent, encoded.etag):
        return HttpResponse(status=304, headers=headers)
    body = encoded.computed if answer.computed else encoded.from_cache
    headers["Content-Length"] = str(len(body))
    return HttpResponse(body, content_type="application/json", headers=headers)


def _matches(sent: str, etag: str) -> bool:
    tags = parse_etags(sent)
    return tags == ["*"] or etag.removeprefix("W/") in (tag.removeprefix("W/") for tag in tags)
