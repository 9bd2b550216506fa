import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from django.conf import settings

from alumusic.llm import Answer, Declined, LLMFault, Misconfigured, TooLong
from alumusic.llm.client import Client, client
from classifier.engines.base import Failure, Verdict

from .answers import read
from .packing import Pack, packs
from .prompt import PROMPT_VERSION, question

INVALID = Failure("invalid_answer", transient=False)


class LLMEngine:
    """The language model at `OPENAI_BASE_URL`. Cheap to make: what lasts is the process's client.

    Its failures are `transient` where the provider may do better later, and not where it said no for good: to the
    text (`refusal`, `content_filter`, `context_length`, `truncated`, `invalid_answer`, `rejected`) or, until a person
    mends something, to us (`unauthorized`, `forbidden`, `unknown_model`, `quota`).
    """

    @property
    def name(self) -> str:
        return f"llm/{settings.LLM_MODEL}"

    @property
    def prompt_version(self) -> str:
        return PROMPT_VERSION

    def label(self, texts: Sequence[str], *, deadline: float) -> list[Verdict | Failure]:
        """One result a text, in order; whatever the provider does, by the deadline (a `time.monotonic()`)."""
        return _Job(texts, client(), deadline).run()


class _Job:
    """The calls for one batch. All decisions are made in the caller's thread; the client's threads only ask."""

    def __init__(self, texts: Sequence[str], asked: Client, deadline: float) -> None:
        self._texts = texts
        self._client = asked
        self._deadline = deadline
        self._results: dict[int, Verdict | Failure] = {}
        self._calls: dict[Future[Answer], Pack] = {}
        self._stop = threading.Event()
        self._notes = asked.notes()

    def run(self) -> list[Verdict | Failure]:
        missing = Failure("deadline")
        with self._notes:
            try:
                self._ask(packs(self._texts, connections=self._client.free))
                self._listen()
            except Misconfigured as fault:
                missing = _failure(fault)
            finally:
                self._stop.set()
                for future in self._calls:
                    future.cancel()
        return [self._results.get(item, missing) for item in range(len(self._texts))]

    def _listen(self) -> None:
        """Returns at the deadline or when no call is left. Raises Misconfigured where no other could pass either."""
        while self._calls:
            seconds = min(max(0.0, self._deadline - time.monotonic()), threading.TIMEOUT_MAX)
            done, _waiting = wait(self._calls, timeout=seconds, return_when=FIRST_COMPLETED)
            if not done:
                return
            for future in done:
                self._settle(self._calls.pop(future), future)
            self._notes.write()

    def _ask(self, batch: Iterable[Pack]) -> None:
        for pack in batch:
            call = question([self._texts[item] for item in pack.items], patience=pack.asking + 1)
            future = self._client.submit(call, deadline=self._deadline, notes=self._notes, stop=self._stop)
            self._calls[future] = pack

    def _settle(self, pack: Pack, future: Future[Answer]) -> None:
        try:
            answer = future.result()
        except Misconfigured:
            raise
        except (TooLong, Declined) as fault:
            self._divide(pack, fault)
        except LLMFault as fault:
            self._fail(pack.items, _failure(fault))
        else:
            self._record(pack, answer)

    def _record(self, pack: Pack, answer: Answer) -> None:
        verdicts = read(answer, len(pack.items))
        self._results |= {pack.items[index]: verdict for index, verdict in verdicts.items()}
        unanswered = [item for index, item in enumerate(pack.items) if index not in verdicts]
        if unanswered:
            self._ask_again(pack, unanswered, INVALID)

    def _divide(self, pack: Pack, fault: TooLong | Declined) -> None:
        """Isolates the comment that is too much for the model; alone, a cut answer gets more room, a no is a no."""
        if len(pack.items) > 1:
            self._ask(pack.halves())
        elif fault.reason == "truncated":
            self._ask_again(pack, pack.items, _failure(fault))
        else:
            self._fail(pack.items, _failure(fault))

    def _ask_again(self, pack: Pack, items: Sequence[int], failure: Failure) -> None:
        smaller = pack.again(items)
        self._ask(smaller)
        if not smaller:
            self._fail(items, failure)

    def _fail(self, items: Iterable[int], failure: Failure) -> None:
        self._results |= dict.fromkeys(items, failure)


def _failure(fault: LLMFault) -> Failure:
    return Failure(fault.reason, fault.transient)
