"""What HTTP is told of a cached report: for how long it is good, and whether the client has it already."""

from django.conf import settings
from django.utils.http import parse_etags

from alumusic.single_flight import Answer
from reports.recent import Encoded


def headers(answer: Answer[Encoded]) -> dict[str, str]:
    scope = "public" if settings.REPORTS_PUBLIC else "private"
    return {"ETag": answer.value.etag, "Cache-Control": f"{scope}, max-age={answer.seconds_left}"}


def unchanged(if_none_match: str | None, answer: Answer[Encoded]) -> bool:
    if not if_none_match:
        return False
    tags = parse_etags(if_none_match)
    return tags == ["*"] or answer.value.etag.removeprefix("W/") in (tag.removeprefix("W/") for tag in tags)
