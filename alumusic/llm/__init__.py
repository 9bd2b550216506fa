"""The one way to a language model: a small app of its own, which knows no domain app.

These are the light names. `alumusic.llm.client`, which asks, costs two seconds to import (the `openai` package), so
only those who ask import it, when they do.
"""

from .answer import Answer
from .dialect import Purpose, Question
from .faults import Declined, LLMFault, Misconfigured, NotAsked, OutOfTime, RateLimited, Rejected, TooLong, Unavailable
from .patience import Patience
from .usage import Usage

__all__ = [
    "Answer",
    "Declined",
    "LLMFault",
    "Misconfigured",
    "NotAsked",
    "OutOfTime",
    "Patience",
    "Purpose",
    "Question",
    "RateLimited",
    "Rejected",
    "TooLong",
    "Unavailable",
    "Usage",
]
