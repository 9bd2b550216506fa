"""What a comment must look like to come in, by whatever door."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field

from alumusic.api import Body
from alumusic.validation import StorableText, fault
from alumusic.weeks import parse_moment
from classifier.models.comment import MAX_TEXT

ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")
RESERVED_IDS = {"export"}
MAX_METADATA_BYTES = 4096
CLOCK_SKEW = timedelta(minutes=5)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# What leaves no mark on a page: controls, joiners, direction marks, variation selectors, fillers, blanks.
INVISIBLE = re.compile(
    "[\\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]*"
)


def _id(value: str) -> str:
    if not ID_PATTERN.fullmatch(value):
        raise fault("pattern", _("The id has 1 to 64 letters, digits and - _ . : and begins with a letter or digit."))
    if value in RESERVED_IDS:
        raise fault("reserved", _("This id is reserved."))
    return value


def _text(value: str) -> str:
    text = value.strip()
    if INVISIBLE.fullmatch(text):
        raise fault("blank", _("The text must not be empty."))
    if len(text) > MAX_TEXT:
        raise fault(
            "max_length", _("The text has %(n)s characters; at most %(most)s.") % {"n": len(text), "most": MAX_TEXT}
        )
    return text


def _published_at(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = parse_moment(value) if isinstance(value, str) else None
    if moment is None:
        raise fault("moment", _("Must be a time in ISO 8601 with an offset, as in 2025-08-01T13:00:00-03:00."))
    if moment < EARLIEST:
        raise fault("past", _("The time of publication is before %(year)s.") % {"year": EARLIEST.year})
    if moment > timezone.now() + CLOCK_SKEW:
        raise fault("future", _("The time of publication is in the future."))
    return moment


def _metadata(value: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(value, ensure_ascii=False).encode()) > MAX_METADATA_BYTES:
        raise fault("max_length", _("The metadata is larger than 4 KB."))
    return value


class IncomingComment(Body):
    """One comment as it is sent."""

    id: Annotated[str, AfterValidator(_id)] = Field(
        description="1–64 ASCII letters, digits, `-_.:`, the first a letter or digit; normally a UUID.",
        json_schema_extra={"pattern": r"^(?!export$)[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", "example": "c0ffee01"},
    )
    text: Annotated[StorableText, AfterValidator(_text)] = Field(
        alias="texto",
        description="1–5,000 characters after trimming, not only invisible ones.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT, "example": "O app fecha sozinho no login"},
    )
    source: StorableText = Field("", alias="origem", max_length=100)
    author: StorableText = Field("", alias="autor", max_length=200)
    published_at: Annotated[datetime | None, BeforeValidator(_published_at)] = Field(
        None, alias="publicado_em", description="When the listener wrote it; not more than 5 minutes ahead."
    )
    metadata: Annotated[dict[str, Any], AfterValidator(_metadata)] = Field(
        default_factory=dict, alias="metadados", description="An open object of up to 4 KB."
    )
