"""The one way to a language model: a client a process for all who ask. Knows no domain app.

Importing it costs two seconds (the `openai` package), so only those who ask import it, when they do.
"""

from .answer import Answer, Usage
from .client import Client, client
from .dialect import Question
from .faults import Declined, LLMFault, Misconfigured, OutOfTime, Rejected, TooLong, Unavailable
from .patience import Patience

__all__ = [
    "Answer",
    "Client",
    "Declined",
    "LLMFault",
    "Misconfigured",
    "OutOfTime",
    "Patience",
    "Question",
    "Rejected",
    "TooLong",
    "Unavailable",
    "Usage",
    "client",
]
