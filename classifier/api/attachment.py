"""Comments as a file to keep; the API's export and the panel's are one."""

from typing import Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from classifier import export
from classifier.models.comment import CommentQuerySet


def attachment(
    request: HttpRequest, comments: CommentQuerySet, *, form: Literal["csv", "jsonl"], raw: bool
) -> HttpResponseBase:
    """All of the comments in their order, streamed; of a HEAD the headers alone. raw: see `export.csv_stream`."""
    media = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}[form]
    headers = {
        "Content-Disposition": f'attachment; filename="comentarios_export.{form}"',
        "X-Accel-Buffering": "no",
    }
    if request.method == "HEAD":
        return HttpResponse(content_type=media, headers=headers)
    stream = export.csv_stream(comments, raw=raw) if form == "csv" else export.json_stream(comments)
    return StreamingHttpResponse(stream, content_type=media, headers=headers)
