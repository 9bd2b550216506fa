"""From the `openai` client's errors to faults, over the ways in which servers word the same thing."""

import time

import openai

from .faults import Declined, LLMFault, Misconfigured, RateLimited, Rejected, TooLong, Unavailable
from .patience import retry_after

TRANSIENT = {408: "timeout", 409: "conflict"}
FOR_A_PERSON = {401: "unauthorized", 402: "quota", 403: "forbidden", 404: "unknown_model"}
TOO_LONG_WORDS = (
    "context_length",
    "context length",
    "context window",
    "maximum context",
    "too many tokens",
    "prompt is too long",
)
FILTER_WORDS = ("content_filter", "content_policy", "content policy", "content management policy", "content filter")


def diagnose(error: openai.APIConnectionError | openai.APIStatusError) -> LLMFault:
    if isinstance(error, openai.APITimeoutError):
        return Unavailable("timeout")
    if isinstance(error, openai.APIConnectionError):
        return Unavailable("connection")
    status = error.status_code
    if status == 429 and error.code == "insufficient_quota":
        return Misconfigured("quota")
    pause = retry_after(error.response.headers, now=time.time())
    if status == 429:
        return RateLimited(retry_after=pause)
    if status in TRANSIENT or status >= 500:
        return Unavailable(TRANSIENT.get(status, "server_error"), retry_after=pause)
    if status in FOR_A_PERSON and not _is_filtered(error):
        return Misconfigured(FOR_A_PERSON[status])
    return _refusal(error)


def _words(error: openai.APIStatusError) -> str:
    return f"{error.param} {error.code} {error.message}".lower()


def _is_filtered(error: openai.APIStatusError) -> bool:
    return any(word in _words(error) for word in FILTER_WORDS)


def _refusal(error: openai.APIStatusError) -> LLMFault:
    words = _words(error)
    if error.code == "model_not_found":
        return Misconfigured("unknown_model")
    if error.status_code == 413 or any(word in words for word in TOO_LONG_WORDS):
        return TooLong("context_length")
    if _is_filtered(error):
        return Declined("content_filter")
    return Rejected("rejected", complaint=words)
