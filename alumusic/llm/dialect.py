"""What a server takes of the chat-completions protocol."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

FORM_WORDS = {"response_format", "json_schema", "json_object", "strict"}
WORD = re.compile(r"\w+")
# What a server says first is what it complains of; further on it may quote the question.
COMPLAINT_LENGTH = 200
REASONING_TOKENS = 4_096

Purpose = Literal["classification", "summary", "insight", "check"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. system: byte-equal from call to call, so that prompt caches hit. name: of the schema.

    max_tokens: room for the answer alone. prompt_version, items: of which wording it is and how many things it asks
    about, for the ledger.
    """

    purpose: Purpose
    system: str
    user: str
    name: str
    schema: Mapping[str, Any]
    max_tokens: int
    prompt_version: str = ""
    items: int | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """The parameters that a server has not refused yet."""

    form: Literal["json_schema", "json_object"] | None = "json_schema"
    cap: Literal["max_tokens", "max_completion_tokens"] | None = "max_tokens"
    temperature: bool = True
    stream: Literal["with_usage", "plain"] | None = "with_usage"

    def without(self, complaint: str) -> Self | None:
        """The dialect with a substitute for what a 400 complains of; None where it complains of something else."""
        words = set(WORD.findall(complaint[:COMPLAINT_LENGTH]))
        if self.temperature and "temperature" in words:
            return replace(self, temperature=False)
        if self.stream == "with_usage" and "stream_options" in words:
            return replace(self, stream="plain")
        if self.stream and "stream" in words:
            return replace(self, stream=None)
        if self.cap and self.cap in words:
            return replace(self, cap="max_completion_tokens" if self.cap == "max_tokens" else None)
        if self.form and words & FORM_WORDS:
            return replace(self, form="json_object" if self.form == "json_schema" else None)
        return None

    def parameters(self, question: Question, *, streamed: bool = False) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "messages": [
                {"role": "system", "content": question.system},
                {"role": "user", "content": question.user},
            ]
        }
        if self.form == "json_schema":
            schema = {"name": question.name, "strict": True, "schema": question.schema}
            parameters["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.form == "json_object":
            parameters["response_format"] = {"type": "json_object"}
        if self.temperature:
            parameters["temperature"] = 0
        if self.cap == "max_tokens":
            parameters["max_tokens"] = question.max_tokens
        elif self.cap == "max_completion_tokens":
            # Models that insist on this name count what they think, unseen, in it.
            parameters["max_completion_tokens"] = question.max_tokens + REASONING_TOKENS
        if streamed and self.stream:
            parameters["stream"] = True
            if self.stream == "with_usage":
                parameters["stream_options"] = {"include_usage": True}
        return parameters
