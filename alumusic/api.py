"""What all of the API has in common: a private answer, no parameter that is not known."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from pydantic import BaseModel, ConfigDict
from rest_framework.request import Request
from rest_framework.views import APIView

from alumusic.requests import Respond
from alumusic.validation import read_query


class ApiMiddleware:
    """Marks what the API answers as one user's own."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/api/"):
            patch_vary_headers(response, ("Authorization", "Accept-Language"))
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


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
