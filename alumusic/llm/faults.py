"""Why a language model gave no answer, by what the one who asked can do about it."""

from typing import ClassVar

from .usage import Usage

MISCONFIGURED = frozenset({"unauthorized", "forbidden", "unknown_model", "quota"})


class LLMFault(Exception):
    """No answer. reason: one word for logs and counts, never anything that the server said.

    usage: what was billed all the same.
    """

    transient: ClassVar[bool] = False
    usage: Usage = Usage()

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(LLMFault):
    """The same call may pass in a while. retry_after: the seconds that the server asked for."""

    transient = True

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class RateLimited(Unavailable):
    """The server works, and wants fewer calls."""

    def __init__(self, *, retry_after: float | None = None) -> None:
        super().__init__("rate_limited", retry_after=retry_after)


class OutOfTime(LLMFault):
    """The deadline of the one who asked came first."""

    transient = True

    def __init__(self) -> None:
        super().__init__("deadline")


class NotAsked(LLMFault):
    """Nobody was asked. reason: `budget`, `breaker`, or one of MISCONFIGURED that the breaker remembers."""

    transient = True


class Misconfigured(LLMFault):
    """No call passes before a person mends key, model, address or account. reason: one of MISCONFIGURED."""


class Rejected(LLMFault):
    """This call never passes.

    complaint: what the server says of it, in lower case; it may quote the question, so it is never logged.
    """

    def __init__(self, reason: str, *, complaint: str = "") -> None:
        super().__init__(reason)
        self.complaint = complaint


class TooLong(LLMFault):
    """The question or its answer is longer than the model can take; a part of it may pass."""


class Declined(LLMFault):
    """The model, or a filter before or after it, will not answer something in the question."""
