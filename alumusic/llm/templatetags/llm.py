from django import template
from django.db.models import QuerySet

from alumusic.llm import notices
from alumusic.llm.models import Notice

register = template.Library()


@register.simple_tag
def notices_of_today() -> QuerySet[Notice]:
    """What staff are told today of the language model."""
    return notices.of_today()
