"""The five charts of a board, in words and numbers: each is a table first, which a script may draw."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from alumusic.weeks import iso
from classifier.models import Category
from reports.counting import HOUR
from reports.words import number, percent

LinkTo = Callable[..., str | None]


@dataclass(frozen=True, slots=True)
class Cell:
    """value: what is drawn, None where there is nothing to draw. link: to the comments behind it."""

    text: str
    value: float | None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """short: the label where there is little room. key: of the colour, where the row is a category's."""

    label: str
    cells: list[Cell]
    short: str = ""
    key: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    name: str
    title: str
    note: str
    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    empty: bool = False

    def drawn(self) -> dict[str, Any]:
        """What the script needs of it."""
        return {
            "name": self.name,
            "title": self.title,
            "columns": [{"label": column.label, "key": column.key} for column in self.columns],
            "rows": [
                {
                    "label": row.label,
                    "short": row.short or row.label,
                    "key": row.key,
                    "link": row.link,
                    "cells": [{"text": cell.text, "value": cell.value, "link": cell.link} for cell in row.cells],
                }
                for row in self.rows
            ],
        }


def key_of(category: str) -> str:
    return Category(category).name.lower()


def charts(board: dict[str, Any], link_to: LinkTo) -> list[Chart]:
    """link_to: from the API's filters to the page of those comments; None where the reader may not see it."""
    return [
        _shares(board, link_to),
        _days(board, link_to),
        _tags(board, link_to),
        _confidence(board),
        _hours(board, link_to),
    ]


def _counted(count: int, link_to: LinkTo, **filters: str) -> Cell:
    return Cell(number(count), count, link_to(**filters) if count else None)


def _whole(board: dict[str, Any]) -> dict[str, str]:
    return {"desde": iso(board["start"]), "ate": iso(board["end"])}


def _shares(board: dict[str, Any], link_to: LinkTo) -> Chart:
    rows = []
    for each in board["categories"]:
        change = each["share"] - each["share_before"]
        rows.append(
            Row(
                each["category"],
                [
                    Cell(percent(each["share"]), each["share"], link_to(categoria=each["category"], **_whole(board))),
                    Cell(number(each["count"]), each["count"]),
                    Cell(percent(each["share_before"]), each["share_before"]),
                    Cell(("+" if change > 0 else "") + number(change, 1), change),
                ],
                key=key_of(each["category"]),
            )
        )
    columns = [Column(_("Share")), Column(_("Comments")), Column(_("Week before")), Column(_("Change (points)"))]
    note = _("Share of each category among the labelled comments, beside the week before.")
    return Chart("shares", _("Categories"), note, columns, rows, empty=not board["labelled"])


def _days(board: dict[str, Any], link_to: LinkTo) -> Chart:
    rows = []
    for each in board["days"]:
        day = {"desde": each["day"].isoformat(), "ate": (each["day"] + timedelta(days=1)).isoformat()}
        cells = [
            _counted(count, link_to, categoria=category.value, **day)
            for category, count in zip(Category, each["counts"], strict=True)
        ]
        total = sum(each["counts"])
        rows.append(
            Row(
                date_format(each["day"], _("l, N j")),
                [*cells, _counted(total, link_to, **day), Cell(number(each["before"]), each["before"])],
                short=date_format(each["day"], _("D j")),
            )
        )
    columns = [Column(category.value, category.name.lower()) for category in Category]
    columns += [Column(_("Total")), Column(_("Week before"))]
    note = _("Labelled comments a day, by category. The line is the total of the same day a week before.")
    return Chart("days", _("Day by day"), note, columns, rows, empty=not board["labelled"])


def _tags(board: dict[str, Any], link_to: LinkTo) -> Chart:
    span = {"desde": iso(board["tags_start"]), "ate": iso(board["short_end"])}
    rows = [
        Row(
            each["tag"],
            [
                *(
                    _counted(count, link_to, tag=each["tag"], categoria=category.value, **span)
                    for category, count in zip(Category, each["by_category"], strict=True)
                ),
                _counted(each["count"], link_to, tag=each["tag"], **span),
                Cell(number(each["before"]), each["before"]),
            ],
        )
        for each in board["tags"]
    ]
    columns = [Column(category.value, category.name.lower()) for category in Category]
    columns += [Column(_("Total")), Column(_("Week before"))]
    if board["tags_start"] == board["start"]:
        note = _("The ten most frequent tags of the week, by category of the comment.")
    else:
        note = _("The ten most frequent tags of the last 48 hours, by category of the comment.")
    return Chart("tags", _("Tags"), note, columns, rows, empty=not rows)


def _confidence(board: dict[str, Any]) -> Chart:
    def cell(mean: float | None) -> Cell:
        return Cell("–" if mean is None else percent(100 * mean), None if mean is None else 100 * mean)

    rows = [
        Row(each["category"], [cell(each["confidence"]), cell(each["confidence_before"])], key=key_of(each["category"]))
        for each in board["categories"]
    ]
    columns = [Column(_("Mean confidence")), Column(_("Week before"))]
    note = _("How sure the engine was on average; without comments whose category a person changed.")
    return Chart("confidence", _("Confidence of the engine"), note, columns, rows, empty=not board["labelled"])


def _hours(board: dict[str, Any], link_to: LinkTo) -> Chart:
    def label(hour: datetime) -> str:
        return _("%(day)s, %(hour)s") % {
            "day": date_format(timezone.localtime(hour), _("D j")),
            "hour": date_format(timezone.localtime(hour), _(r"G\h")),
        }

    short = (lambda hour: date_format(timezone.localtime(hour), _(r"G\h"))) if len(board["hours"]) <= 25 else label
    rows = [
        Row(
            label(each["hour"]),
            [_counted(each["count"], link_to, desde=iso(each["hour"]), ate=iso(each["hour"] + HOUR))],
            short=short(each["hour"]),
        )
        for each in board["hours"]
    ]
    if len(rows) <= 25:
        note = _("All comments of the last 24 hours, those that still wait for a label too.")
    else:
        note = _("All comments of the week, those that still wait for a label too.")
    return Chart(
        "hours",
        _("Hour by hour"),
        note,
        [Column(_("Comments"))],
        rows,
        empty=not any(h["count"] for h in board["hours"]),
    )
