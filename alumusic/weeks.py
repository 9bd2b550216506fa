"""Days and moments as the business cuts them: in the time zone of the settings, whatever storage says."""

import re
from datetime import UTC, date, datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

# "+" in a query string is a space once decoded; clients forget to write %2B.
LOST_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)$")


def start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def parse_moment(text: str) -> datetime | None:
    """The moment that an ISO 8601 time with offset names, in UTC; None where the text is none, or has no offset."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or timezone.is_naive(moment) or not 1 < moment.year < 9999:
        return None
    return moment.astimezone(UTC)  # databases know fewer offsets than ISO 8601 can write


def parse_moment_or_day(text: str) -> datetime | None:
    """As `parse_moment`; a day alone stands for its first moment."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    if day is not None and len(text) == 10 and 1 < day.year < 9999:
        return start_of(day)
    return parse_moment(LOST_PLUS.sub(r"\1+\2", text))


def iso(moment: datetime) -> str:
    """The moment as the API writes it: local time with its offset."""
    return timezone.localtime(moment).isoformat()
