import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from alumusic.llm import Answer, Declined, LLMFault, Misconfigured, Rejected, TooLong
from alumusic.llm.breaker import Passage, breaker
from alumusic.llm.client import Client
from classifier.engines.base import Failure, Remedy, Result

from .answers import read
from .packing import Pack, packs
from .prompt import question

INVALID = Failure("invalid_answer", Remedy.REPLACE)
PROBE_ITEMS = 4


class OutOfServiceError(Exception):
    """No call is worth making now; its message is the reason, one word."""


class Job:
    """The calls for one batch. All decisions are made in the caller's thread; the client's threads only ask."""

    def __init__(self, texts: Sequence[str], asked: Client, deadline: float) -> None:
        self._texts = texts
        self._client = asked
        self._deadline = deadline
        self._notes = asked.notes()
        self._settled: dict[int, Result] = {}
        self._calls: dict[Future[Answer], Pack] = {}
        self._answered = False
        self._stop = threading.Event()

    def run(self) -> Iterator[Mapping[int, Result]]:
        """A result for every item, by its place, as the calls come back and by the deadline at the latest."""
        left = set(range(len(self._texts)))
        missing = Failure("deadline")
        try:
            with self._notes:
                for _event in self._events():
                    left -= self._settled.keys()
                    yield self._settled
                    self._settled = {}
        except OutOfServiceError as fault:
            missing = Failure(str(fault), Remedy.STAND_IN)
        finally:
            self._stop.set()
            for future in self._calls:
                future.cancel()
        if rest := self._settled | dict.fromkeys(left - self._settled.keys(), missing):
            yield rest

    def _events(self) -> Iterator[None]:
        """One each time that results were settled. Raises OutOfServiceError."""
        admission = breaker().admit()
        if admission.passage is Passage.OPEN:
            raise OutOfServiceError(admission.reason)
        batch = packs(self._texts, connections=self._client.free)
        if admission.passage is Passage.PROBE:
            probe, batch = batch[0].first(PROBE_ITEMS), [*batch[0].without(PROBE_ITEMS), *batch[1:]]
            self._ask([probe])
            yield from self._listen()
            if not self._answered:
                raise OutOfServiceError("breaker")
        self._ask(batch)
        yield from self._listen()

    def _listen(self) -> Iterator[None]:
        """Ends at the deadline or when no call is left. Raises OutOfServiceError where no other could pass either."""
        while self._calls:
            seconds = min(max(0.0, self._deadline - time.monotonic()), threading.TIMEOUT_MAX)
            done, _waiting = wait(self._calls, timeout=seconds, return_when=FIRST_COMPLETED)
            if not done:
                return
            faults = [self._settle(self._calls.pop(future), future) for future in done]
            self._notes.write()
            if any(faults):
                self._look_at_the_breaker()
            if self._settled:
                yield

    @staticmethod
    def _look_at_the_breaker() -> None:
        admission = breaker().look()
        if admission.passage is Passage.OPEN:
            raise OutOfServiceError(admission.reason)

    def _ask(self, batch: Iterable[Pack]) -> None:
        for pack in batch:
            call = question([self._texts[item] for item in pack.items], patience=pack.asking + 1)
            future = self._client.submit(call, deadline=self._deadline, notes=self._notes, stop=self._stop)
            self._calls[future] = pack

    def _settle(self, pack: Pack, future: Future[Answer]) -> bool:
        """True where the call failed for a reason that may have opened the breaker."""
        try:
            answer = future.result()
        except (TooLong, Declined) as fault:
            self._divide(pack, fault)
        except Rejected as fault:
            self._fail(pack.items, Failure(fault.reason, Remedy.REPLACE))
        except Misconfigured as fault:
            self._fail(pack.items, Failure(fault.reason, Remedy.STAND_IN))
            return True
        except LLMFault as fault:
            self._fail(pack.items, Failure(fault.reason, Remedy.WAIT))
            return True
        else:
            self._answered = True
            self._record(pack, answer)
        return False

    def _record(self, pack: Pack, answer: Answer) -> None:
        verdicts = read(answer, len(pack.items))
        self._settled |= {pack.items[index]: verdict for index, verdict in verdicts.items()}
        unanswered = [item for index, item in enumerate(pack.items) if index not in verdicts]
        if unanswered:
            self._ask_again(pack, unanswered, INVALID)

    def _divide(self, pack: Pack, fault: TooLong | Declined) -> None:
        """Isolates the comment that is too much for the model; alone, a cut answer gets more room, a no is a no."""
        failure = Failure(fault.reason, Remedy.REPLACE)
        if len(pack.items) > 1:
            self._ask(pack.halves())
        elif fault.reason == "truncated":
            self._ask_again(pack, pack.items, failure)
        else:
            self._fail(pack.items, failure)

    def _ask_again(self, pack: Pack, items: Sequence[int], failure: Failure) -> None:
        smaller = pack.again(items)
        self._ask(smaller)
        if not smaller:
            self._fail(items, failure)

    def _fail(self, items: Iterable[int], failure: Failure) -> None:
        self._settled |= dict.fromkeys(items, failure)
