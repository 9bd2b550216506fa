"""Where the points of the evaluation's pictures lie, as SVG wants them: no script draws them.

Coordinates are text, since a template would write numbers as the reader's language does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from classifier.models import Run

LEFT, TOP, BOTTOM = 44, 12, 28
HISTORY = (720, 260)
RELIABILITY = (320, 320)
MOST_POINTS = 60


@dataclass(frozen=True, slots=True)
class Tick:
    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    x: str
    y: str
    run: Run
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """kind: of the engine. path: of a polyline."""

    kind: str
    name: str
    path: str
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class History:
    width: int
    height: int
    lines: Sequence[Line]
    ticks: Sequence[Tick]
    days: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class Bar:
    """x, width, y, height: the bin's accuracy. gap: from it to the mean confidence. words: the same in words."""

    x: str
    y: str
    width: str
    height: str
    mean_x: str
    mean_y: str
    bin: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reliability:
    size: int
    left: str
    top: str
    right: str
    bottom: str
    bars: Sequence[Bar]
    ticks: Sequence[Tick]
    steps: Sequence[Tick]


def history(runs: Sequence[Run]) -> History | None:
    """Macro-F1 from run to run, a line an engine; None where there is nothing to draw. runs: the newest first."""
    known = [(run, macro_f1(run)) for run in reversed(runs[:MOST_POINTS])]
    shown = [(run, value) for run, value in known if value is not None]
    if not shown:
        return None
    width, height = HISTORY
    lowest = max(0.0, floor(min(value for _run, value in shown) * 10 - 0.5) / 10)
    inner, high = width - LEFT - 16, height - TOP - BOTTOM
    step = inner / max(1, len(shown) - 1)

    def place(number: int, value: float) -> tuple[str, str]:
        x = LEFT + (number * step if len(shown) > 1 else inner / 2)
        return _at(x), _at(TOP + high * (1 - (value - lowest) / (1 - lowest or 1)))

    points = [Point(*place(number, value), run, f"{value:.3f}") for number, (run, value) in enumerate(shown)]
    kinds = dict.fromkeys(point.run.engine for point in points)
    lines = [_line(kind, [point for point in points if point.run.engine == kind]) for kind in kinds]
    marks = [lowest + (1 - lowest) * part / 4 for part in range(5)]
    ticks = [Tick(place(0, mark)[1], f"{mark:.2f}") for mark in marks]
    ends = [points[0], points[-1]] if len(points) > 1 else points
    days = [Tick(point.x, date_format(localtime(point.run.started_at), "SHORT_DATE_FORMAT")) for point in ends]
    return History(width, height, lines, ticks, days)


def macro_f1(run: Run) -> float | None:
    value = run.figures["macro_f1"]["valor"]
    return None if value is None else float(value)


def _line(kind: str, points: Sequence[Point]) -> Line:
    path = " ".join(f"{point.x},{point.y}" for point in points)
    return Line(kind, str(Run.EngineKind(kind).label), path, points)


def reliability(bins: Sequence[Mapping[str, Any]]) -> Reliability:
    """How often what was said with a confidence was right: on the diagonal it is as often as promised."""
    size, high = RELIABILITY
    inner = size - LEFT - 12
    low = high - BOTTOM

    def x(share: float) -> float:
        return LEFT + inner * share

    def y(share: float) -> float:
        return low - (low - TOP) * share

    bars = [
        Bar(
            x=_at(x(each["de"]) + 1),
            width=_at(x(each["ate"]) - x(each["de"]) - 2),
            y=_at(y(each["acuracia"])),
            height=_at(low - y(each["acuracia"])),
            mean_x=_at(x(each["confianca_media"])),
            mean_y=_at(y(each["confianca_media"])),
            bin=each,
        )
        for each in bins
        if each["n"]
    ]
    marks = [0, 0.25, 0.5, 0.75, 1]
    return Reliability(
        size=size,
        left=_at(LEFT),
        top=_at(TOP),
        right=_at(x(1)),
        bottom=_at(low),
        bars=bars,
        ticks=[Tick(_at(y(mark)), f"{mark:.0%}") for mark in marks],
        steps=[Tick(_at(x(mark)), f"{mark:.0%}") for mark in marks],
    )


def _at(number: float) -> str:
    return f"{number:.1f}"
