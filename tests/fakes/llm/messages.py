"""What comes in to the server and what goes out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """A call as it came in. headers: by lower-case name."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def prompt(self) -> str:
        """The words of the last message."""
        return str(self.body["messages"][-1]["content"])

    @property
    def comments(self) -> list[dict[str, Any]]:
        """The comments that the last message brings, as the objects `{"i", "m"}`."""
        found: list[dict[str, Any]] = json.JSONDecoder().raw_decode(self.prompt, self.prompt.index("["))[0]
        return found

    @property
    def texts(self) -> list[str]:
        return [comment["m"] for comment in self.comments]

    @property
    def parameters(self) -> set[str]:
        """The names of the parameters that a server may refuse, with the kind of `response_format` as one."""
        form = self.body.get("response_format", {}).get("type")
        return self.body.keys() & {"temperature", "max_tokens", "max_completion_tokens"} | ({form} if form else set())


@dataclass(frozen=True, slots=True)
class Reply:
    """status: None drops the connection. halting: the part of the body after which nothing comes any more.

    gate: the second half of the body waits until it is set.
    """

    status: int | None = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    halting: int | None = None
    dripping: bool = False
    gate: Event | None = None


Step = Callable[[Request], Reply]
