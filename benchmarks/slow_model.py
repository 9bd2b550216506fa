"""A language model's server that takes its time and remembers what it was paid for."""

import time
from collections import Counter

from tests.fakes.llm import LLMServer, Reply, Request, answering

LATENCY = 0.2


class SlowModel:
    """billed: how often each text was answered. first: when the first of them was, by `time.monotonic`."""

    def __init__(self, llm: LLMServer) -> None:
        self.forget()
        self._answer = answering()
        llm.always = self.step

    def forget(self) -> None:
        self.billed: Counter[str] = Counter()
        self.first: float | None = None

    @property
    def billed_twice(self) -> int:
        return sum(self.billed.values()) - len(self.billed)

    def step(self, request: Request) -> Reply:
        time.sleep(LATENCY)
        self.first = self.first or time.monotonic()
        self.billed.update(request.texts)
        return self._answer(request)
