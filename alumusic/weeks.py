"""Days and moments as the business cuts them: in the time zone of the settings, whatever storage says."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

# "+" in a query string is a space once decoded; clients forget to write %2B.
LOST_PLUS = re.compile(r"(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?) (\d\d:?\d\d)$")

WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def start_of(day: date) -> datetime:
    """The first moment of the day, also where the clock skips midnight."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday, by its first day; as text `2025-W31`."""

    monday: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def present(cls) -> Self:
        return cls.of(timezone.localdate())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for what names no week, such as `2025-W53`, or a week before 1970 or after 9000."""
        match = WEEK.fullmatch(text)
        if match is None or not 1970 <= int(match[1]) <= 9000:
            raise ValueError(text)
        return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))

    def __str__(self) -> str:
        year, number, _weekday = self.monday.isocalendar()
        return f"{year}-W{number:02d}"

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(7)]

    @property
    def start(self) -> datetime:
        return start_of(self.monday)

    @property
    def end(self) -> datetime:
        """The first moment that is not of the week any more."""
        return start_of(self.monday + timedelta(days=7))

    @property
    def previous(self) -> Self:
        return type(self)(self.monday - timedelta(days=7))

    @property
    def next(self) -> Self:
        return type(self)(self.monday + timedelta(days=7))


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
