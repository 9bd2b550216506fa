"""What the tests of this app share: a small question, a deadline, a call in the ledger, the names of the groups."""

import time
from decimal import Decimal
from typing import Any

from alumusic.llm import Question
from alumusic.llm.models import Call

ADMINISTRATORS = "Administração"
CURATORS = "Curadoria"
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
QUESTION = Question(
    purpose="summary",
    system="Seja breve.",
    user='[{"i":0,"m":"que hino"}]',
    name="n",
    schema=SCHEMA,
    max_tokens=50,
)
ANSWER = '{"r": [{"i": 0, "c": "ELOGIO", "t": [], "p": 0.9}]}'


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def made(**values: Any) -> Call:
    """A stored call, by default an answered one that cost a cent."""
    usual = {"purpose": "classification", "model": "gpt-4o-mini", "outcome": "ok", "latency_ms": 200}
    usual |= {"prompt_tokens": 1_000, "cached_tokens": 800, "completion_tokens": 100, "cost_usd": Decimal("0.01")}
    return Call.objects.create(**usual | values)
