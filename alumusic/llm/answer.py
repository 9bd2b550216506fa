"""What comes back: the body of a chat completion, read without trust."""

import json
import re
from collections.abc import Callable, Iterable
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


class _Piece(BaseModel):
    finish_reason: str | None = None
    delta: _Message = Field(default_factory=_Message)


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)
    usage: _Usage | None = None


class _Chunk(BaseModel):
    choices: list[_Piece] = []
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
    return _answer(choice.finish_reason, choice.message, usage)


def read_stream(content_type: str, body: Iterable[bytes], on_text: Callable[[str], object]) -> Answer:
    """The answer in the events of a 200, as of `read`. on_text: is given the text so far, whenever there is more.

    A server that sends the whole completion at once, although it was asked for a stream, is understood too. Raises
    Unavailable also where the stream ends before it says why the text is over.
    """
    if "event-stream" not in content_type:
        answer = read(b"".join(body))
        on_text(answer.text)
        return answer
    message, finish_reason, usage = _Message(content=""), None, _Usage()
    for chunk in _chunks(body):
        usage = chunk.usage or usage
        for piece in chunk.choices[:1]:
            finish_reason = piece.finish_reason or finish_reason
            message.refusal = (message.refusal or "") + (piece.delta.refusal or "")
            if piece.delta.content:
                message.content = (message.content or "") + piece.delta.content
                on_text(message.content)
    if finish_reason is None:
        raise Unavailable("broken_answer")
    return _answer(finish_reason, message, _usage(usage))


def _chunks(body: Iterable[bytes]) -> Iterable[_Chunk]:
    """The events of the stream. Raises Unavailable where one is no piece of a completion."""
    rest = b""
    for part in body:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            data = line.removeprefix(b"data:").strip()
            if not line.startswith(b"data:") or data == b"[DONE]":
                continue
            try:
                yield _Chunk.model_validate_json(data)
            except ValidationError:
                raise Unavailable("broken_answer") from None


def _answer(finish_reason: str | None, message: _Message, usage: Usage) -> Answer:
    if fault := _fault(finish_reason, message):
        fault.usage = usage
        raise fault
    return Answer(message.content or "", usage)


def _fault(finish_reason: str | None, message: _Message) -> LLMFault | None:
    if finish_reason == "content_filter":
        return Declined("content_filter")
    if message.refusal:
        return Declined("refusal")
    if finish_reason == "length":
        return TooLong("truncated")
    return None


def _usage(usage: _Usage) -> Usage:
    details = usage.prompt_tokens_details or _Details()
    counts = (usage.prompt_tokens, usage.completion_tokens, details.cached_tokens)
    return Usage(*(min(max(0, count or 0), MOST_TOKENS) for count in counts))
