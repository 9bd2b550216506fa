from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils import timezone


@register()
def hours_of_the_zone_are_hours_of_utc(**_kwargs: Any) -> list[CheckMessage]:
    """The figures are kept by whole hours of UTC; a zone that is half an hour off would cut its days through them."""
    offset = timezone.localtime().utcoffset()
    if offset is None or offset % timedelta(hours=1):
        return [Error(f"TIME_ZONE={settings.TIME_ZONE} is not a whole number of hours from UTC.", id="reports.E001")]
    return []
