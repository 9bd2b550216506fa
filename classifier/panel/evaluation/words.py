"""Figures of a run, as they stand in its JSON, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format

from classifier.evaluation.metrics import Figure, Missing


@dataclass(frozen=True, slots=True)
class Told:
    """interval: empty where none is known; why: there is no number."""

    number: str
    interval: str = ""
    why: str = ""


def told(figure: Mapping[str, Any]) -> Told:
    """Of an entry like `{"valor", "intervalo", "motivo"}`."""
    return _told(figure["valor"], figure["intervalo"], figure["motivo"])


def told_of_category(figures: Mapping[str, Any], name: str) -> Told:
    """Of one of a category's: precision, recall or f1."""
    return _told(figures[name], figures["intervals"][name], figures["reasons"].get(name))


def told_difference(figure: Figure) -> Told:
    return _told(figure.value, figure.interval, figure.missing, signed=True)


def _told(value: float | None, interval: Any, why: str | None, *, signed: bool = False) -> Told:
    if value is None:
        return Told("–", why=str(Missing(why).label) if why else "")
    ends = " – ".join(_number(end, signed=signed) for end in interval) if interval else ""
    return Told(_number(value, signed=signed), ends)


def _number(value: float, *, signed: bool) -> str:
    text = number_format(round(value, 3), 3)
    return f"+{text}" if signed and value > 0 else text
