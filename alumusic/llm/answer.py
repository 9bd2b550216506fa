"""What comes back: the body of a chat completion, read without trust."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from .faults import Declined, LLMFault, TooLong, Unavailable
from .usage import Usage

FENCED = re.compile(r"```(?:json)?(.*)```", re.DOTALL | re.IGNORECASE)
MOST_TOKENS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    usage: Usage = field(default_factory=Usage)

    def json(self) -> Any:
        """The JSON of the text, which may stand in a Markdown fence. Raises ValueError where there is none."""
        try:
            return json.loads(self.text)
        except RecursionError:
            raise ValueError("nested too deep") from None
        except ValueError:
            if fenced := FENCED.search(self.text):
                return Answer(fenced[1]).json()
            raise


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    finish_reason: str | None = None
    message: _Message


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


def read(body: bytes) -> Answer:
    """The answer in the body of a 200.

    Raises TooLong where the answer was cut, also where its JSON happens to be whole; Declined where the model or a
    filter refused; both with the usage, since both are billed. Raises Unavailable where the body is no chat completion.
    """
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError:
        raise Unavailable("broken_answer") from None
    choice, usage = completion.choices[0], _usage(completion.usage or _Usage())
    if fault := _fault(choice):
        fault.usage = usage
        raise fault
    return Answer(choice.message.content or "", usage)


def _fault(choice: _Choice) -> LLMFault | None:
    if choice.finish_reason == "content_filter":
        return Declined("content_filter")
    if choice.message.refusal:
        return Declined("refusal")
    if choice.finish_reason == "length":
        return TooLong("truncated")
    return None


def _usage(usage: _Usage) -> Usage:
    details = usage.prompt_tokens_details or _Details()
    counts = (usage.prompt_tokens, usage.completion_tokens, details.cached_tokens)
    return Usage(*(min(max(0, count or 0), MOST_TOKENS) for count in counts))
