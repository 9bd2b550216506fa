from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning


@register(Tags.security)
def signing_key_is_long_enough(**_kwargs: Any) -> list[CheckMessage]:
    """HS256 is as strong as its key: RFC 7518 section 3.2 asks for 256 bits."""
    if len(str(settings.SIMPLE_JWT["SIGNING_KEY"]).encode()) < 32:
        return [Error("JWT_SIGNING_KEY must have at least 32 bytes.", id="alumusic.E001")]
    return []


@register(Tags.security, deploy=True)
def limits_are_shared(**_kwargs: Any) -> list[CheckMessage]:
    if "SharedFileCache" in settings.CACHES["default"]["BACKEND"]:
        return [CheckWarning("Without REDIS_URL, limits hold for the processes of one host only.", id="alumusic.W001")]
    return []
