"""The product's colours can be read: every ink on every ground it stands on, in light and in dark."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parent.parent / "static"
TOKENS = (STATIC / "alumusic" / "tokens.css").read_text(encoding="utf-8")
CATEGORIES = ["praise", "criticism", "suggestion", "question", "spam"]
GROUNDS = ["ground", "surface", "raised"]
WORDS = 4.5
SHAPES = 3.0


def colour(name, scheme):
    """The token's colour as three numbers of 0..1."""
    [pair] = re.findall(rf"--{name}: (?:light-dark\()?(#\w+)(?:, (#\w+)\))?;", TOKENS)
    written = pair[scheme == "dark"] or pair[0]
    return [int(written[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour):
    """Of WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other, scheme):
    light, dark = sorted((luminance(colour(name, scheme)) for name in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PAIRS = [
    *[(f"{each}-ink", f"{each}-tint") for each in CATEGORIES],
    *[(f"{each}-ink", ground) for each in CATEGORIES for ground in GROUNDS],
    *[(ink, ground) for ink in ("ink", "ink-soft", "accent", "danger", "good", "warning") for ground in GROUNDS],
    *[("ink", f"{each}-tint") for each in ("accent", "good", "warning", "danger")],
    *[
        ("ink-soft", "sunken"),
        ("accent-strong", "accent-tint"),
        ("on-accent", "accent"),
        ("on-accent", "accent-strong"),
    ],
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read(scheme):
    assert [pair for pair in PAIRS if contrast(*pair, scheme) < WORDS] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_lines_around_fields_can_be_seen(scheme):
    assert [g for g in GROUNDS if contrast("line-strong", g, scheme) < SHAPES] == []


def test_the_categories_have_okabe_and_itos_colours():
    expected = ["#009e73", "#d55e00", "#0072b2", "#e69f00", "#7f7f7f"]

    assert [re.findall(rf"--{each}: (#\w+);", TOKENS) for each in CATEGORIES] == [[colour] for colour in expected]


@pytest.mark.parametrize("sheet", sorted(STATIC.rglob("*.css")), ids=lambda path: path.name)
def test_a_stylesheet_takes_its_colours_from_the_tokens_and_nothing_from_elsewhere(sheet):
    text = sheet.read_text(encoding="utf-8")

    assert "@import" not in text
    assert re.findall(r"https?://(?!www\.w3\.org)", text) == []
    if sheet.name not in ("tokens.css", "docs.css", "report.css"):  # paper has colours of its own
        assert re.findall(r"#[0-9a-f]{3,8}\b(?=[;,)\s])|\brgba?\(|\bhsla?\(", text) == []


def test_every_colour_that_is_used_is_a_token():
    known = set(re.findall(r"(--[\w-]+):", "".join(path.read_text() for path in STATIC.rglob("*.css"))))
    used = set(re.findall(r"var\((--[\w-]+)", "".join(path.read_text() for path in STATIC.rglob("*.css"))))

    assert used - known == set()
