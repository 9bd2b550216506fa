"""What came of a candidate, in words."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from classifier.evaluation.comparison import Outcome


def told(reason: Mapping[str, Any]) -> str:
    """Why a candidate was not put into service."""
    words = {"interval": points(reason["interval"]), "category": reason.get("category", "")}
    if reason["code"] == "fell":
        sets = {
            "vereditos": _("F1 of %(category)s fell by more than 2 points on the verdicts held back: %(interval)s."),
            "escritos": _("F1 of %(category)s fell by more than 2 points on the written comments: %(interval)s."),
        }
        return sets[reason["set"]] % words
    if reason["outcome"] == Outcome.WORSE:
        return _("It is worse on the verdicts held back: macro-F1 %(interval)s.") % words
    return _("It may be better by chance alone on the verdicts held back: macro-F1 %(interval)s.") % words


def points(interval: list[float] | None) -> str:
    """A 95 % interval of a change, in points."""
    if interval is None:
        return _("of unknown change")
    low, high = (f"{'+' if end > 0 else ''}{number_format(100 * end, 1)}" for end in interval)
    return _("%(low)s to %(high)s points (95 %%)") % {"low": low, "high": high}
