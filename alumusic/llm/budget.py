"""What a day may cost; days are cut in the time zone of the settings."""

from decimal import Decimal

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from . import notices
from .models import Call


def spent_today() -> Decimal:
    """USD."""
    return Call.objects.of_today().cost()


def used_up() -> bool:
    """True where `LLM_DAILY_BUDGET_USD` is set and the calls of today have cost as much."""
    return settings.LLM_DAILY_BUDGET_USD is not None and spent_today() >= settings.LLM_DAILY_BUDGET_USD


def watch() -> None:
    """Tells staff, once a day, where the budget is used up."""
    if used_up():
        notices.tell("budget", _text)


def _text() -> str:
    return _(
        "The language model's budget for today, %(budget)s USD, is used up. "
        "Until midnight the embedded engine labels the comments."
    ) % {"budget": number_format(settings.LLM_DAILY_BUDGET_USD or 0)}
