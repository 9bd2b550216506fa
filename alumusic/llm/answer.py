"""What comes back: the body of a chat completion, read without trust."""

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from .faults import Declined, TooLong, Unavailable

FENCED = re.compile(r"```(?:json)?(.*)```", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the server counts them; cached: the part of prompt that its cache held."""

    prompt: int = 0
    completion: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    usage: Usage = Usage()

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
    prompt_tokens: int = 0
    completion_tokens: int = 0
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
    filter refused; Unavailable where the body is no chat completion.
    """
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError:
        raise Unavailable("broken_answer") from None
    choice = completion.choices[0]
    if choice.finish_reason == "content_filter":
        raise Declined("content_filter")
    if choice.message.refusal:
        raise Declined("refusal")
    if choice.finish_reason == "length":
        raise TooLong("truncated")
    return Answer(choice.message.content or "", _usage(completion.usage or _Usage()))


def _usage(usage: _Usage) -> Usage:
    details = usage.prompt_tokens_details or _Details()
    return Usage(usage.prompt_tokens, usage.completion_tokens, details.cached_tokens or 0)
