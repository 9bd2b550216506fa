"""An OpenAI-compatible server in a thread: real HTTP, so that a test covers the client's libraries too.

    with serve() as llm:
        llm.script(http_error(500), hanging())       # the next two calls; after them it answers by its rules
        llm.when("palavrão", content_filtered())      # every call that has these words in it
        llm.refuses = {"temperature"}                 # every call that has this parameter
        llm.requests[-1].comments                     # what it was asked

It answers in the classifier's form, by plain rules (`category_of`, `tags_of`), unless a step says otherwise.
"""

from .messages import Reply, Request, Step
from .server import LLMServer, serve
from .steps import (
    CONFIDENCE,
    answering,
    broken_off,
    category_of,
    completion,
    content,
    content_filtered,
    context_exceeded,
    cut,
    dripping,
    dropped,
    edited,
    fenced,
    filtered_answer,
    gated,
    hanging,
    http_error,
    rate_limited,
    raw,
    refused,
    row,
    saying,
    tags_of,
    together,
)

__all__ = [
    "CONFIDENCE",
    "LLMServer",
    "Reply",
    "Request",
    "Step",
    "answering",
    "broken_off",
    "category_of",
    "completion",
    "content",
    "content_filtered",
    "context_exceeded",
    "cut",
    "dripping",
    "dropped",
    "edited",
    "fenced",
    "filtered_answer",
    "gated",
    "hanging",
    "http_error",
    "rate_limited",
    "raw",
    "refused",
    "row",
    "saying",
    "serve",
    "tags_of",
    "together",
]
