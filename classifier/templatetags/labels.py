"""How a label looks on every page: `{% category_chip comment.category %}`, `{% tag_chip name %}`."""

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from classifier.models import Category

register = template.Library()


@register.simple_tag
def category_chip(category: str | None) -> SafeString:
    """The category's shape, word and colour; without one, that there is none yet."""
    if not category:
        return format_html('<span class="chip chip-none">{}</span>', _("no label yet"))
    known = Category(category)
    return format_html('<span class="chip chip-{}">{}</span>', known.name.lower(), known.label)


@register.simple_tag
def tag_chip(name: str) -> SafeString:
    return format_html('<code class="tag">{}</code>', name)


@register.simple_tag
def percent(probability: float | None) -> str:
    """In whole percents; empty where there is none."""
    return "" if probability is None else f"{probability:.0%}"


@register.simple_tag
def number(value: float) -> str:
    """As an attribute has it, whatever the reader's language."""
    return f"{value:.4f}"


@register.simple_tag
def capped(count: int, most: int) -> str:
    """A count that went no further than one beyond `most`."""
    return _("more than %(n)s") % {"n": intcomma(most)} if count > most else str(intcomma(count))
