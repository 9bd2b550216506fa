"""How right the labels in production are, week by week, told from blind verdicts alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from alumusic.panel import PanelPage
from alumusic.weeks import Week
from classifier.honesty import sample
from classifier.honesty.estimates import LEAST, Told
from classifier.models import Category

LEFT, RIGHT, TOP, BOTTOM = 52.0, 708.0, 12.0, 220.0
LOWEST_SHOWN = (0.9, 0.8, 0.6, 0.4, 0.2, 0.0)


@dataclass(frozen=True, slots=True)
class Cell:
    """value and interval in words, or that there is not enough to say."""

    text: str
    interval: str
    blind: int

    @classmethod
    def of(cls, told: Told) -> "Cell":
        if told.value is None or told.interval is None:
            return cls(_("not enough data"), "", told.blind)
        ends = (_percent(end) for end in told.interval)
        return cls(_percent(told.value), "–".join(ends), told.blind)


@dataclass(frozen=True, slots=True)
class Point:
    x: str
    y: str
    high: str
    low: str
    name: str


class Accuracy(PanelPage):
    title = gettext_lazy("Honest accuracy")
    permissions = {"GET": "classifier.view_candidate"}
    menu_order = 47
    menu_title = pgettext_lazy("menu", "Accuracy")
    template_name = "classifier/learning/accuracy.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        weeks = sample.weeks()
        overall = sample.between(weeks[0][0].start, weeks[-1][0].end)
        told = [(week, span.accuracy) for week, span in weeks]
        return self.page(
            least=LEAST,
            overall=Cell.of(overall.accuracy),
            population=overall.population,
            categories=[(each, Cell.of(overall.accuracy_of(each))) for each in Category],
            rows=[
                (week, span.population, Cell.of(span.accuracy), [Cell.of(span.accuracy_of(each)) for each in Category])
                for week, span in reversed(weeks)
            ],
            names=Category.values,
            plot=plotted(told),
        )


def plotted(told: Sequence[tuple[Week, Told]]) -> dict[str, object] | None:
    """Points, whiskers and ticks; None where no week has a number."""
    known = [(place, week, each) for place, (week, each) in enumerate(told) if each.interval is not None]
    if not known:
        return None
    lowest = min(each.interval.low for _place, _week, each in known if each.interval)
    floor = next(edge for edge in LOWEST_SHOWN if edge <= lowest)

    def across(place: int) -> str:
        return f"{LEFT + 16 + (RIGHT - LEFT - 32) * place / max(1, len(told) - 1):.1f}"

    def up(value: float) -> str:
        return f"{BOTTOM - (BOTTOM - TOP) * (value - floor) / (1 - floor):.1f}"

    points = [
        Point(across(place), up(each.value), up(each.interval.high), up(each.interval.low),
              f"{week}: {_percent(each.value)}, {_percent(each.interval.low)}–{_percent(each.interval.high)}")
        for place, week, each in known if each.value is not None and each.interval
    ]  # fmt: skip
    ticks = [(up(floor + (1 - floor) * part / 4), _percent(floor + (1 - floor) * part / 4)) for part in range(5)]
    labels = [(across(place), str(week)[5:]) for place, (week, _told) in enumerate(told) if place % 2 == 0]
    return {
        "points": points,
        "path": " ".join(f"{each.x},{each.y}" for each in points),
        "ticks": ticks,
        "labels": labels,
    }


def _percent(value: float) -> str:
    return f"{number_format(100 * value, 1)} %"
