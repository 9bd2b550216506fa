"""What an engine has to reach: given by flags, or by the file beside this one."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from classifier.models import Category

from .measuring import PLACES, CategoryFigures, Measured

FILE = Path(__file__).with_name("thresholds.toml")
METRICS = ("recall", "precision", "f1")


class Bound(StrEnum):
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Threshold:
    category: Category
    metric: str
    bound: Bound
    limit: float

    def checked(self, found: Measured) -> "Check":
        figures: CategoryFigures = found.of_categories[PLACES[self.category]]
        figure = getattr(figures, self.metric)
        if figure.value is None:
            return Check(self, None, met=False)
        met = figure.value >= self.limit if self.bound is Bound.MIN else figure.value <= self.limit
        return Check(self, figure.value, met=met)


@dataclass(frozen=True, slots=True)
class Check:
    """value: None where the figure does not exist, which meets no threshold: what cannot be measured is not shown."""

    threshold: Threshold
    value: float | None
    met: bool

    def __str__(self) -> str:
        threshold = self.threshold
        value = "–" if self.value is None else f"{self.value:.3f}"
        sign = "≥" if threshold.bound is Bound.MIN else "≤"
        mark = "✓" if self.met else "✗"
        return f"[{mark}] {threshold.category.value} {threshold.metric} {value} {sign} {threshold.limit:.3f}"

    def as_json(self) -> dict[str, Any]:
        threshold = self.threshold
        return {
            "categoria": threshold.category.value,
            "metrica": threshold.metric,
            "tipo": threshold.bound.value,
            "limite": threshold.limit,
            "valor": self.value,
            "passou": self.met,
        }


def defaults(categories: Iterable[Category], *, engine: str, own_file: str | None) -> list[Threshold]:
    """The floor, or where they are higher the engine's own thresholds on one of the project's own files."""
    read = tomllib.loads(FILE.read_text("utf-8"))
    floor: Mapping[str, Mapping[str, float]] = read["floor"]
    own: Mapping[str, Mapping[str, float]] = read.get(engine, {}).get(own_file, {}) if own_file else {}
    return [
        Threshold(category, metric, Bound.MIN, max(floor[category][metric], own.get(category, {}).get(metric, 0.0)))
        for category in categories
        for metric in METRICS
    ]


def check(thresholds: Sequence[Threshold], found: Measured) -> list[Check]:
    return [threshold.checked(found) for threshold in thresholds]
