"""The mail's charts as PNG, drawn from a summary's numbers: the same numbers give the same bytes.

Mail programs run no scripts and few show SVG. The charts stand on ground of their own, so that they read in dark mode,
and say nothing that the tables beside them do not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from classifier.models import Category
from reports.numbers import Numbers
from reports.portuguese import percent, whole

COLOURS: Mapping[Category, str] = {
    Category.PRAISE: "#009E73",
    Category.CRITICISM: "#D55E00",
    Category.SUGGESTION: "#0072B2",
    Category.QUESTION: "#E69F00",
    Category.SPAM: "#7F7F7F",
}
FONT = Path(__file__).parent / "DejaVuSans.ttf"
GROUND, INK, SOFT, LINE, PALE = "#ffffff", "#1d1b22", "#5b5866", "#dedbe4", 0.35
SCALE = 2
WIDTH = 440
WEEKDAYS = ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")


@dataclass(frozen=True, slots=True)
class Picture:
    """cid: its name in the mail. width, height: as shown, in CSS pixels; it has twice as many. says: in words."""

    cid: str
    png: bytes
    width: int
    height: int
    says: str


def pictures(numbers: Numbers) -> list[Picture]:
    """None for a week without a labelled comment."""
    if not any(of.quantidade for of in numbers.categorias.values()):
        return []
    return [shares(numbers), days(numbers)]


def shares(numbers: Numbers) -> Picture:
    """The share of each category, and below it, pale, that of the week before."""
    row, top, left, right = 44, 10, 104, 62
    canvas = Canvas(WIDTH, top + row * len(numbers.categorias) + 26)
    largest = max(max(of.percentual, of.percentual_anterior) for of in numbers.categorias.values())
    length = (WIDTH - left - right) / largest
    for place, (category, of) in enumerate(numbers.categorias.items()):
        y = top + row * place
        canvas.text(left - 12, y + 11, category, anchor="rm")
        canvas.bar(left, y, of.percentual * length, 22, COLOURS[category])
        canvas.text(left + of.percentual * length + 8, y + 11, percent(of.percentual), anchor="lm")
        canvas.bar(left, y + 25, of.percentual_anterior * length, 7, faded(COLOURS[category]))
    canvas.text(left, canvas.height - 16, "faixa clara: semana anterior", anchor="lm", colour=SOFT, size=12)
    told = ", ".join(f"{category} {percent(of.percentual)}" for category, of in numbers.categorias.items())
    return canvas.picture("categorias@alumusic", f"Parcela de cada categoria: {told}")


def days(numbers: Numbers) -> Picture:
    """The comments of each day, by category."""
    top, bottom, left, right = 26, 46, 12, 12
    canvas = Canvas(WIDTH, 220)
    totals = {day: sum(counts.values()) for day, counts in numbers.por_dia.items()}
    height = (canvas.height - top - bottom) / max(1, *totals.values())
    step = (WIDTH - left - right) / len(totals)
    for place, (day, counts) in enumerate(numbers.por_dia.items()):
        x, y = left + step * (place + 0.16), float(canvas.height - bottom)
        for category in Category:
            piece = counts.get(category, 0) * height
            canvas.bar(x, y - piece, step * 0.68, piece, COLOURS[category])
            y -= piece
        middle = x + step * 0.34
        canvas.text(middle, y - 5, whole(totals[day]), anchor="ms")
        canvas.text(middle, canvas.height - bottom + 16, WEEKDAYS[day.weekday()], anchor="mm")
        canvas.text(middle, canvas.height - bottom + 33, f"{day:%d/%m}", anchor="mm", colour=SOFT, size=12)
    canvas.line(left, canvas.height - bottom, WIDTH - right)
    return canvas.picture("dias@alumusic", f"Comentários por dia: {told_by_day(totals)}")


def told_by_day(totals: Mapping[date, int]) -> str:
    return ", ".join(f"{WEEKDAYS[day.weekday()]} {whole(total)}" for day, total in totals.items())


def faded(colour: str) -> str:
    """The colour as it looks when little of it lies on white."""
    channels = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - channel) * PALE):02x}" for channel in channels)


class Canvas:
    """Measures are CSS pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._image = Image.new("RGB", (width * SCALE, height * SCALE), GROUND)
        self._draw = ImageDraw.Draw(self._image)

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        left, top, right, bottom = (round(edge * SCALE) for edge in (x, y, x + width, y + height))
        if right > left and bottom > top:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=colour)

    def line(self, x: float, y: float, right: float) -> None:
        self._draw.line((x * SCALE, y * SCALE, right * SCALE, y * SCALE), fill=LINE, width=SCALE)

    def text(self, x: float, y: float, text: str, *, anchor: str, colour: str = INK, size: int = 14) -> None:
        self._draw.text((x * SCALE, y * SCALE), text, font=font(size * SCALE), fill=colour, anchor=anchor)

    def picture(self, cid: str, says: str) -> Picture:
        file = BytesIO()
        self._image.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return Picture(cid, file.getvalue(), self.width, self.height, says)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONT, size)
