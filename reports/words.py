"""A board's numbers as sentences: the totals, and what changed since the week before."""

from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from alumusic.weeks import Week
from classifier.honesty.estimates import LEAST
from reports.changes import LEAST_BASE
from reports.corrected import Corrected
from reports.counting import HOUR


def number(value: float, decimals: int = 0) -> str:
    """Rounded and written as the language has it; `number_format` alone cuts the decimals off."""
    return number_format(f"{value:.{decimals}f}", decimals, use_l10n=True, force_grouping=True)


def percent(value: float) -> str:
    return _("%(number)s%%") % {"number": number(value, 1)}


def period(board: dict[str, Any], week: Week | None) -> str:
    first, last = timezone.localdate(board["start"]), timezone.localdate(board["end"] - HOUR)
    days = {"start": date_format(first, _("F j")), "end": date_format(last, _("F j, Y"))}
    if week is None:
        return _("Last 7 days: %(start)s to %(end)s") % days
    return _("Week %(week)s: %(start)s to %(end)s") % {"week": week, **days}


def totals(board: dict[str, Any]) -> dict[str, str]:
    reviewed, labelled = board["reviewed"], board["labelled"]
    return {
        "comments": number(board["total"]),
        "before": number(board["total_before"]),
        "labelled": number(labelled),
        "unlabelled": number(board["unlabelled"]),
        "reviewed": number(reviewed),
        "reviewed_share": percent(100 * reviewed / labelled if labelled else 0),
    }


def told_changes(board: dict[str, Any]) -> list[dict[str, str]]:
    """direction: "rose" or "fell"; text: the sentence."""
    return [
        {"direction": direction, "text": _sentence(direction, change)}
        for direction in ("rose", "fell")
        for change in board[direction]
    ]


def _sentence(direction: str, change: dict[str, Any]) -> str:
    sentences = {
        "rose": _("%(name)s rose from %(before)s to %(now)s of the comments."),
        "fell": _("%(name)s fell from %(before)s to %(now)s of the comments."),
    }
    return sentences[direction] % {
        "name": change["name"],
        "before": percent(change["before"]),
        "now": percent(change["now"]),
    }


def no_changes(board: dict[str, Any]) -> str:
    """Why there is no change to tell of."""
    if min(board["labelled"], board["labelled_before"]) < LEAST_BASE:
        return _("Too few comments to compare: each week needs at least %(n)s with a label.") % {"n": LEAST_BASE}
    return _("Nothing that could not be chance, compared with the week before.")


def corrected(found: Corrected) -> dict[str, Any]:
    """The shares as counted and as they would be without the classifier's errors; or why there are no such."""
    told = _("told from %(n)s blind verdicts") % {"n": number(found.blind)}
    if not found.enough:
        told = _("Not enough data: %(n)s blind verdicts on these comments, and it takes %(least)s.") % {
            "n": number(found.blind),
            "least": LEAST,
        }
    rows = [
        {
            "category": each.category,
            "key": each.category.name.lower(),
            "counted": percent(each.counted),
            "corrected": "–" if each.corrected is None else percent(each.corrected),
            "interval": "–" if each.interval is None else " – ".join(percent(edge) for edge in each.interval),
        }
        for each in found.shares
    ]
    return {"enough": found.enough, "told": told, "rows": rows}
