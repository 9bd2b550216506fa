from django.conf import settings
from django.db import DatabaseError, InterfaceError

from alumusic.health import Finding

from .availability import refusal


def llm() -> Finding:
    """What is known of the language model, without asking it. Never vital: the embedded engine labels without it."""
    if not settings.OPENAI_API_KEY:
        return Finding("llm")
    try:
        return Finding("llm", refusal())
    except (DatabaseError, InterfaceError) as error:
        return Finding("llm", type(error).__name__)
