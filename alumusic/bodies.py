"""Bodies that are refused by their heads alone, before anything takes them in."""

import contextlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext_lazy as _

from alumusic.problems import Invalid, LengthRequired, Problem, TooLarge, UnsupportedMediaType, answer
from alumusic.requests import Respond

MULTIPART_OVERHEAD = 65_536
# A client that still sends while the connection is closed never sees why. So far over the limit it is let to finish.
READ_AWAY, PIECE = 32 * 2**20, 65_536


class BodyMiddleware:
    """Asks every body for its length, which must be within the limit, and takes none that would have to be unpacked.

    A body sent in chunks does not say how long it will be. Django would take it for an empty one, and a comment that
    was sent would be lost without a word.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        problem = refusal(request)
        if problem is None:
            return self.get_response(request)
        if isinstance(problem, TooLarge) and _length(request) <= _most_bytes(request) + READ_AWAY:
            _read_away(request)
        return answer(request, problem)


def refusal(request: HttpRequest) -> Problem | None:
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        return LengthRequired()
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if not (length.isascii() and length.isdecimal()):
        return Invalid(_("The header `Content-Length` is no number."))
    if _length(request) > _most_bytes(request):
        return TooLarge()
    if request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
        sentence = _("Send the body as it is, without `Content-Encoding`.")
        return UnsupportedMediaType(sentence, headers={"Accept-Encoding": "identity"})
    return None


def _length(request: HttpRequest) -> int:
    return int(str(request.META.get("CONTENT_LENGTH") or "0")[:20])


def _read_away(request: HttpRequest) -> None:
    with contextlib.suppress(UnreadablePostError):
        while request.read(PIECE):
            pass


def _most_bytes(request: HttpRequest) -> int:
    """A file goes to disk and may be larger than what is read into memory."""
    if request.content_type == "multipart/form-data" and request.path.startswith("/api/"):
        return int(settings.UPLOAD_MAX_BYTES) + MULTIPART_OVERHEAD
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
