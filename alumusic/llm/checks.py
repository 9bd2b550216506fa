"""What `manage.py check` says of the language model; with --deploy it makes one small real call."""

import time
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning

from . import prices
from .dialect import Question
from .faults import Declined, LLMFault, Misconfigured, TooLong

TAG = "llm"
SECONDS = 15
SCHEMA = {
    "type": "object",
    "properties": {"ok": {"type": "boolean"}},
    "required": ["ok"],
    "additionalProperties": False,
}
QUESTION = Question(
    purpose="check", system="Answer in JSON.", user='Say {"ok": true}.', name="check", schema=SCHEMA, max_tokens=20
)
TO_MEND = {
    "unauthorized": "The provider does not take OPENAI_API_KEY: it is wrong or was revoked.",
    "forbidden": "The provider takes OPENAI_API_KEY but forbids the call: the key lacks a right.",
    "unknown_model": "The provider knows no such LLM_MODEL, or OPENAI_BASE_URL has a wrong path.",
    "quota": "The provider's account has no credit left.",
}


@register(TAG)
def the_model_has_a_price(**_kwargs: Any) -> list[CheckMessage]:
    """Calls without a price count as nothing, so a budget would never be used up."""
    if settings.LLM_DAILY_BUDGET_USD is None or prices.price_of(settings.LLM_MODEL):
        return []
    return [
        CheckWarning(
            f"LLM_DAILY_BUDGET_USD is set, but no price is known of {settings.LLM_MODEL}: the budget has no effect.",
            hint="Set it in LLM_PRICES.",
            id="llm.W001",
        )
    ]


@register(TAG, deploy=True)
def the_model_answers(**_kwargs: Any) -> list[CheckMessage]:
    """One call, which neither ledger nor breaker hears of: the database may not be there yet."""
    if not settings.OPENAI_API_KEY:
        return []
    from .client import client

    asking = client()
    try:
        asking.submit(QUESTION, deadline=time.monotonic() + SECONDS, notes=asking.notes()).result()
    except Misconfigured as fault:
        return [Error(TO_MEND[fault.reason], id="llm.E001")]
    except (Declined, TooLong):
        return []
    except LLMFault as fault:
        message = f"The language model at OPENAI_BASE_URL gave no answer: {fault.reason}."
        return [CheckWarning(message, id="llm.W002")]
    return []
