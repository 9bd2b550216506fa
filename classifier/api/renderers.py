from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer


class AnyText(BaseRenderer):
    """Takes part in the negotiation of a stream, whose bytes and media type the view makes itself."""

    media_type = "text/*"
    format = "csv"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> Any:
        return data


class JsonLines(AnyText):
    media_type = "application/x-ndjson"
    format = "jsonl"
