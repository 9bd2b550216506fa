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
    "engine_of",
    "kind_in_service",
    "labelled",
    "llm_engine",
]


def engine_in_service() -> Engine:
    return engine_of(kind_in_service())


def kind_in_service() -> str:
    """`embedded`, `llm` or `cascade`, as `CLASSIFIER_ENGINE` says; `auto` is the LLM where a key is set."""
    if settings.CLASSIFIER_ENGINE == "auto":
        return "llm" if settings.OPENAI_API_KEY else "embedded"
    return str(settings.CLASSIFIER_ENGINE)


def engine_of(kind: str, *, fresh: bool = False) -> Engine:
    """The engine of that kind. fresh: a language model is asked also about texts that it has answered before."""
    match kind:
        case "embedded":
            return embedded_engine()
        case "cascade":
            return _cascade(fresh=fresh)
    return llm_engine(fresh=fresh)


@cache
def embedded_engine() -> "EmbeddedEngine":
    from .embedded import EmbeddedEngine
    from .embedded.service import service

    return EmbeddedEngine(service=service)


def llm_engine(*, fresh: bool = False) -> Engine:
    """The language model. fresh: ask it also about texts that it has answered before."""
    from .llm import LLMEngine

    return LLMEngine(fresh=fresh)


def _cascade(*, fresh: bool) -> Engine:
    from .cascade import Cascade

    return Cascade(embedded_engine(), llm_engine(fresh=fresh), embedded_engine().thresholds)
