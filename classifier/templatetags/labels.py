"""How a label looks on every page: `{% category_chip comment.category %}`, `{% tag_chip name %}`."""

from django import template
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
