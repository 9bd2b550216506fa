"""The engines: which one is in service, made once a process."""

from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings

from .base import Engine, Failure, Labelled, Part, Remedy, Result, Verdict, labelled

if TYPE_CHECKING:
    from .embedded import EmbeddedEngine

__all__ = [
    "Engine",
    "Failure",
    "Labelled",
    "Part",
    "Remedy",
    "Result",
    "Verdict",
    "embedded_engine",
    "engine_in_service",
    "labelled",
    "llm_engine",
]


def engine_in_service() -> Engine:
    """The engine that `CLASSIFIER_ENGINE` names; `auto` is the LLM where a key is set."""
    match settings.CLASSIFIER_ENGINE:
        case "embedded":
            return embedded_engine()
        case "auto" if not settings.OPENAI_API_KEY:
            return embedded_engine()
        case "cascade":
            return _cascade()
    return llm_engine()


@cache
def embedded_engine() -> "EmbeddedEngine":
    from .embedded import EmbeddedEngine
    from .embedded.service import service

    return EmbeddedEngine(service=service)


def llm_engine(*, fresh: bool = False) -> Engine:
    """The language model. fresh: ask it also about texts that it has answered before."""
    from .llm import LLMEngine

    return LLMEngine(fresh=fresh)


def _cascade() -> Engine:
    from .cascade import Cascade

    return Cascade(embedded_engine(), llm_engine(), embedded_engine().thresholds)
