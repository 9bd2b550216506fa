"""What all of the API has in common: a private answer, a limited body, no parameter that is not known."""

from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from pydantic import BaseModel, ConfigDict
from rest_framework.request import Request
from rest_framework.views import APIView

from alumusic.problems import Invalid, TooLarge
from alumusic.requests import Respond
from alumusic.validation import read_query

MULTIPART_OVERHEAD = 65_536


class ApiMiddleware:
    """Refuses a body over the limit before it is read, and marks what the API answers as one user's own."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            return self.get_response(request)
        response = self.refusal(request) or self.get_response(request)
        patch_vary_headers(response, ("Authorization", "Accept-Language"))
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    @staticmethod
    def refusal(request: HttpRequest) -> HttpResponse | None:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            return Invalid().response()
        return TooLarge().response() if length > _most_bytes(request) else None


def _most_bytes(request: HttpRequest) -> int:
    """A file goes to disk and may be larger than what is read into memory."""
    if request.content_type == "multipart/form-data":
        return int(settings.UPLOAD_MAX_BYTES) + MULTIPART_OVERHEAD
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


class Query(BaseModel):
    """The query parameters of a view, by their names on the wire; a subclass adds its own."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class Body(BaseModel):
    """A JSON object that comes in: no unknown field, no type taken for another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class View(APIView):
    """A door of the API. `query` is what it may be asked; the parsed one is `self.parameters`."""

    http_method_names = ["get", "head", "post", "patch"]
    query: ClassVar[type[Query]] = Query
    permissions: ClassVar[dict[str, str]] = {}
    parameters: Any

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method in ("GET", "HEAD"):
            self.parameters = read_query(self.query, request)
        elif request.method in self.allowed_methods:
            read_query(Query, request)
