import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait

from django.conf import settings

from alumusic.llm import Answer, Declined, LLMFault, Misconfigured, Rejected, TooLong, budget
from alumusic.llm.breaker import Passage, breaker
from alumusic.llm.client import Client
from alumusic.llm.masking import as_sent
from classifier.engines.base import Failure, Remedy, Result
from classifier.outages import DATABASE_AWAY

from .answers import read
from .packing import Pack, bulk, packs, window
from .prompt import question

INVALID = Failure("invalid_answer", Remedy.REPLACE)
PROBE_ITEMS = 4
# A call ends so much before the job does, so that what it came to is known and not only that it is missing.
CALLS_END_BEFORE = 0.5
# What comes back within this time of another answer is one part with it.
GATHER_SECONDS = 0.03
# Faults of a call that may be about a text in it.
MAYBE_THE_TEXT = {"server_error", "timeout", "broken_answer"}
ALL_REJECTED = 3


class OutOfServiceError(Exception):
    """No call is worth making now; its message is the reason, one word."""


class Job:
    """The calls for one batch. All decisions are made in the caller's thread; the client's threads only ask."""

    def __init__(self, texts: Sequence[str], asked: Client, deadline: float, *, urgent: bool) -> None:
        self._texts = texts
        self._client = asked
        self._deadline = deadline
        self._calls_end = deadline - min(CALLS_END_BEFORE, max(0.0, deadline - time.monotonic()) / 10)
        self._urgent = urgent
        self._notes = asked.notes()
        self._packs: deque[Pack] = deque()
        self._calls: dict[Future[Answer], Pack] = {}
        self._settled: dict[int, Result] = {}
        self._answered = False
        self._rejected: dict[int, Result] = {}
        self._stop = threading.Event()

    def run(self) -> Iterator[Mapping[int, Result]]:
        """A result for every item, by its place, as the calls come back and by the deadline at the latest."""
        left = set(range(len(self._texts)))
        missing = Failure("deadline")
        try:
            with self._notes:
                try:
                    for _event in self._events():
                        left -= self._settled.keys()
                        yield self._settled
                        self._settled = {}
                finally:
                    self._stop.set()
                    for future in self._calls:
                        future.cancel()
        except OutOfServiceError as fault:
            missing = Failure(str(fault), Remedy.STAND_IN)
        else:
            self._settled |= self._rejected
        if rest := self._settled | dict.fromkeys(left - self._settled.keys(), missing):
            yield rest

    def _events(self) -> Iterator[None]:
        """One each time that results were settled. Raises OutOfServiceError."""
        admission = breaker().admit()
        if admission.passage is Passage.OPEN:
            raise OutOfServiceError(admission.reason)
        batch = packs(self._texts, connections=self._client.free) if self._urgent else bulk(self._texts)
        if admission.passage is Passage.PROBE:
            probe, batch = batch[0].first(PROBE_ITEMS), [*batch[0].without(PROBE_ITEMS), *batch[1:]]
            self._packs.append(probe)
            yield from self._listen()
            if not self._answered:
                raise OutOfServiceError("breaker")
        self._packs.extend(batch)
        yield from self._listen()

    def _listen(self) -> Iterator[None]:
        """Ends at the deadline or when nothing is left to ask. Raises OutOfServiceError where no call could pass."""
        while self._ask():
            done = self._next()
            if not done:
                return
            faulty = [self._settle(self._calls.pop(future), future) for future in done]
            if self._settled:
                yield
            self._notes.write()
            if any(faulty):
                self._look_at_the_breaker()
            if settings.LLM_DAILY_BUDGET_USD is not None and budget.used_up():
                raise OutOfServiceError("budget")

    def _ask(self) -> bool:
        """Starts as many calls as there may be; False where none is under way then."""
        most = len(self._texts) if self._urgent else window(self._client.seconds)
        while self._packs and len(self._calls) < most and time.monotonic() < self._calls_end:
            pack = self._packs.popleft()
            call = question([as_sent(self._texts[item]) for item in pack.items], patience=pack.asking + 1)
            future = self._client.submit(call, deadline=self._calls_end, notes=self._notes, stop=self._stop)
            self._calls[future] = pack
        return bool(self._calls)

    def _next(self) -> set[Future[Answer]]:
        """The calls that have come back; none where the deadline came first."""
        seconds = min(max(0.0, self._deadline - time.monotonic()), threading.TIMEOUT_MAX)
        done, _waiting = wait(self._calls, timeout=seconds, return_when=FIRST_COMPLETED)
        if done and len(done) < len(self._calls):
            wait(self._calls.keys() - done, timeout=GATHER_SECONDS)
        return {future for future in self._calls if future.done()}

    @staticmethod
    def _look_at_the_breaker() -> None:
        try:
            admission = breaker().look()
        except DATABASE_AWAY:
            return
        if admission.passage is Passage.OPEN:
            raise OutOfServiceError(admission.reason)

    def _settle(self, pack: Pack, future: Future[Answer]) -> bool:
        """True where the call failed for a reason that may have opened the breaker."""
        try:
            answer = future.result()
        except (TooLong, Declined) as fault:
            self._divide(pack, fault)
        except Rejected as fault:
            self._reject(pack, fault)
        except Misconfigured as fault:
            self._fail(pack.items, Failure(fault.reason, Remedy.STAND_IN))
            return True
        except LLMFault as fault:
            self._excuse(pack, fault)
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
            self._packs.extendleft(pack.halves())
        elif fault.reason == "truncated":
            self._ask_again(pack, pack.items, failure)
        else:
            self._fail(pack.items, failure)

    def _reject(self, pack: Pack, fault: Rejected) -> None:
        """Isolates the comment that the server will not have; where it has none at all, it is out of service."""
        if len(pack.items) > 1:
            self._packs.extendleft(pack.halves())
            return
        self._rejected |= dict.fromkeys(pack.items, Failure(fault.reason, Remedy.REPLACE))
        if len(self._rejected) >= ALL_REJECTED and not self._answered:
            raise OutOfServiceError(fault.reason)

    def _excuse(self, pack: Pack, fault: LLMFault) -> None:
        """Isolates the comment on which the server fails, while it answers others."""
        failure = Failure(fault.reason)
        if fault.reason not in MAYBE_THE_TEXT:
            self._fail(pack.items, failure)
        elif len(pack.items) > 1:
            self._ask_again(pack, pack.items, failure)
        else:
            self._fail(pack.items, Failure(fault.reason, Remedy.REPLACE) if self._answered else failure)

    def _ask_again(self, pack: Pack, items: Sequence[int], failure: Failure) -> None:
        smaller = pack.again(items)
        self._packs.extendleft(smaller)
        if not smaller:
            self._fail(items, failure)

    def _fail(self, items: Iterable[int], failure: Failure) -> None:
        self._settled |= dict.fromkeys(items, failure)
