"""A summary as a mail's document: HTML for whatever shows it, with styles inlined and the rules for dark mode kept.

What is stored has the places of quotes, and marks for the pictures and for the link to unsubscribe; what stands there
differs from reader to reader, and `reports.message` puts it in.
"""

import re
from collections.abc import Sequence
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import mark_safe

from classifier.models import Category
from reports.models import Theme, WeeklySummary
from reports.numbers import Numbers
from reports.pictures import pictures
from reports.portuguese import comments, counted, decimal, listed, of_category, percent, whole
from reports.story import span

LEAVE_MARK = "https://leave.invalid/"
LEAVE_LINE = re.compile(r'<p class="leave".*?</p>', re.DOTALL)
NAMES = {
    Category.PRAISE: ("Elogio", "praise"),
    Category.CRITICISM: ("Crítica", "criticism"),
    Category.SUGGESTION: ("Sugestão", "suggestion"),
    Category.QUESTION: ("Dúvida", "question"),
    Category.SPAM: ("Spam", "spam"),
}
HEADINGS = {"categorias@alumusic": "Parcela de cada categoria", "dias@alumusic": "Comentários por dia"}


def html(summary: WeeklySummary, themes: Sequence[Theme]) -> str:
    """The document of a summary that has its text and numbers."""
    numbers = Numbers.model_validate(summary.figures)
    context = {
        "title": title(summary),
        "preheader": comments(numbers.total),
        "css": mark_safe(render_to_string("reports/mail/summary.css")),  # noqa: S308  (a file of ours)
        "paragraphs": summary.text.split("\n\n"),
        "numbers": numbers,
        "facts": facts(numbers),
        "categories": rows(numbers),
        "pictures": [{"picture": picture, "heading": HEADINGS[picture.cid]} for picture in pictures(numbers)],
        "themes": [_theme(theme) for theme in themes],
        "outside": outside(numbers),
        "report_url": report_url(summary),
        "panel_url": absolute(reverse("admin:index")),
        "leave_mark": LEAVE_MARK,
    }
    page = render_to_string("reports/mail/summary.html", context)
    return css_inline.inline(page, keep_at_rules=True, load_remote_stylesheets=False)


def with_way_out(html: str, leave_url: str) -> str:
    """The document with the link to unsubscribe; without one, for somebody who only looks at it."""
    return html.replace(LEAVE_MARK, escape(leave_url)) if leave_url else LEAVE_LINE.sub("", html)


def title(summary: WeeklySummary) -> str:
    return f"Semana {span(summary.iso_week)}"


def absolute(path: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + path


def report_url(summary: WeeklySummary) -> str:
    """The page with the week's charts."""
    return absolute(f"/relatorio?semana={summary.week}")


def theme_url(theme: Theme) -> str:
    """The page with all comments of the theme."""
    return absolute(reverse("admin:reports_theme_change", args=[theme.pk]))


def told(theme: Theme) -> str:
    """`12 comentários: 6 críticas, 4 dúvidas e 2 elogios`."""
    counts = {category: theme.by_category.get(category, 0) for category in Category}
    parts = [of_category(count, category) for category, count in sorted(counts.items(), key=lambda c: -c[1]) if count]
    return f"{comments(theme.size)}: {listed(parts)}"


def outside(numbers: Numbers) -> str:
    """How many comments no theme holds; nothing where each is in one."""
    if not numbers.fora_de_temas:
        return ""
    return f"{counted(numbers.fora_de_temas, 'comentário não cabe', 'comentários não cabem')} em nenhum tema."


def facts(numbers: Numbers) -> list[dict[str, str]]:
    """The few numbers that stand above the table, as they are written."""
    value, _space, name = comments(numbers.total).partition(" ")
    found = [(value, name)]
    if numbers.variacao_percentual is not None:
        change = numbers.variacao_percentual
        found.append((signed(change), "em relação à semana anterior"))
    if numbers.confianca_media is not None:
        found.append((decimal(numbers.confianca_media, 2), "confiança média"))
    if numbers.percentual_revisado is not None:
        found.append((percent(numbers.percentual_revisado), "revisados por uma pessoa"))
    return [{"value": value, "name": name} for value, name in found]


def signed(change: float) -> str:
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{percent(abs(change))}"


def rows(numbers: Numbers) -> list[dict[str, str]]:
    """The lines of the table of categories, as they are written."""
    return [_row(category, numbers) for category in Category]


def _row(category: Category, numbers: Numbers) -> dict[str, str]:
    of = numbers.categorias[category]
    name, mark = NAMES[category]
    return {
        "name": name,
        "mark": mark,
        "count": whole(of.quantidade),
        "share": percent(of.percentual),
        "before": percent(of.percentual_anterior),
        "trend": {"alta": "em alta", "queda": "em queda", "estavel": ""}[of.tendencia],
    }


def _theme(theme: Theme) -> dict[str, Any]:
    return {
        "name": theme.name,
        "told": told(theme),
        "quotes": [comment.pk for comment in theme.quotes],
        "url": theme_url(theme),
    }
