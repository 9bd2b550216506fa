"""The engines: which one is in service, made once a process."""

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from .base import Engine, Failure, Verdict

if TYPE_CHECKING:
    from .embedded import EmbeddedEngine

__all__ = ["Engine", "Failure", "Verdict", "engine_in_service"]


def engine_in_service() -> Engine:
    """The engine that `CLASSIFIER_ENGINE` names; `auto` is the LLM where a key is set."""
    chosen = settings.CLASSIFIER_ENGINE
    if chosen == "auto":
        chosen = "llm" if settings.OPENAI_API_KEY else "embedded"
    return _llm() if chosen == "llm" else embedded_engine()


@cache
def embedded_engine() -> "EmbeddedEngine":
    from .embedded import EmbeddedEngine

    return EmbeddedEngine()


def _llm() -> Engine:
    from .llm import LLMEngine

    return LLMEngine()
