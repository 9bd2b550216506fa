from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from classifier.paging import Page


def page_response(request: Request, page: Page[Any], body: Callable[[Any], dict[str, Any]]) -> Response:
    """The rows as a plain list, with the pages next to it in `Link`."""
    links = [
        f'<{_url(request, cursor)}>; rel="{relation}"'
        for relation, cursor in (("next", page.next), ("prev", page.previous))
        if cursor
    ]
    return Response([body(row) for row in page.rows], headers={"Link": ", ".join(links)} if links else None)


def _url(request: Request, cursor: str) -> str:
    parameters = {**request.GET.dict(), "cursor": cursor}
    return request.build_absolute_uri(f"{request.path}?{urlencode(parameters)}")
