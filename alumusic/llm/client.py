import logging
import os
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from threading import Event, Lock
from typing import Any

import httpx2
import openai
from django.conf import settings

from . import availability
from .answer import Answer, read, read_stream
from .breaker import Breaker
from .diagnosis import diagnose
from .dialect import Dialect, Question
from .faults import LLMFault, OutOfTime, RateLimited, Rejected, Unavailable
from .gate import Gate
from .models import OK
from .notes import Notes
from .patience import Patience
from .transport import PunctualTransport, certificates, stopped_by

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
SHORTEST_CALL_SECONDS = 0.05
# A call that hangs has cost as much time as several that fail.
TRIES_OF_A_HANG = 3

OnText = Callable[[str], object]


class Client:
    """One server and model, and what this process has learnt of them. Safe to use from several threads.

    timeout: seconds for one call. concurrency: the calls under way at once, at most.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        timeout: float,
        concurrency: int,
        patience: Patience | None = None,
    ) -> None:
        self._model = model
        self._timeout = timeout
        self._patience = patience or Patience()
        self._gate = Gate(concurrency, now=self._patience.now, pause=self._patience.pause)
        self._breaker = Breaker(base_url, model)
        self._lock = Lock()
        self._dialect = Dialect()
        self._asked = 0
        self._seconds: float | None = None
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="llm")
        limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        http = openai.DefaultHttpx2Client(transport=PunctualTransport(verify=certificates(), limits=limits))
        self._openai = openai.OpenAI(base_url=base_url, api_key=_sendable(api_key), max_retries=0, http_client=http)
        weakref.finalize(self, http.close)

    @property
    def seconds(self) -> float | None:
        """How long a call has taken of late; None before the first answer."""
        return self._seconds

    @property
    def free(self) -> int:
        """How many calls could start at once."""
        return max(0, self._gate.limit - self._asked)

    def notes(self) -> Notes:
        """Where `submit` notes what its calls came to, for the ledger and the breaker; `with` writes it at the end."""
        return Notes(self._breaker)

    def ask(self, question: Question, *, deadline: float, stop: Event | None = None) -> Answer:
        """The answer, after as many tries as it takes and the deadline (a `time.monotonic()`) allows.

        stop: once set, the call under way breaks off and nothing more is tried. Raises a subclass of LLMFault: NotAsked
        where the budget is used up or the breaker is open; what is not about the moment (400, 401, 403, 404) is not
        tried again. Each call is in the ledger when this returns or raises; no transaction may be open.
        """
        availability.admit(self._breaker)
        self._count(1)
        try:
            with self.notes() as notes:
                return self._settle(question, deadline, stop or Event(), notes)
        finally:
            self._count(-1)

    def submit(
        self,
        question: Question,
        *,
        deadline: float,
        notes: Notes,
        stop: Event | None = None,
        on_text: OnText | None = None,
    ) -> Future[Answer]:
        """The answer to come, as of `ask`; the call starts when one of the connections is free.

        on_text: is given, in a thread of the client's, all of the text there is so far, each time that there is more;
        shorter than before where a call broke off and was made again.

        It asks neither breaker nor budget (see `availability.refusal` and `Breaker.admit`) and never touches the
        database: what there is to write is in `notes`.
        """
        self._count(1)
        future = self._pool.submit(self._settle, question, deadline, stop or Event(), notes, on_text)
        future.add_done_callback(lambda _future: self._count(-1))
        return future

    def _count(self, more: int) -> None:
        with self._lock:
            self._asked += more

    def _settle(
        self, question: Question, deadline: float, stop: Event, notes: Notes, on_text: OnText | None = None
    ) -> Answer:
        try:
            answer = self._try(question, deadline, stop, notes, on_text)
        except LLMFault as fault:
            notes.settled(fault)
            raise
        notes.settled(None)
        return answer

    def _try(self, question: Question, deadline: float, stop: Event, notes: Notes, on_text: OnText | None) -> Answer:
        """Calls until there is an answer or no use in another call. A 429 is no failure and uses up no try."""
        failures = refusals = 0
        last: Unavailable | None = None
        while True:
            dialect, began = self._dialect, self._patience.now()
            try:
                return self._call(question, dialect, deadline, stop, notes, on_text)
            except Rejected as fault:
                if not self._adapt(dialect, fault.complaint):
                    raise
            except RateLimited as fault:
                last, refusals = fault, refusals + 1
                self._wait(self._patience.after(refusals, fault), fault, deadline, stop)
            except Unavailable as fault:
                hung = self._patience.now() - began >= self._timeout
                last, failures = fault, failures + (TRIES_OF_A_HANG if hung else 1)
                self._wait(self._patience.before(failures, fault), fault, deadline, stop)
            except OutOfTime as fault:
                raise last or fault from None  # what kept it from an answer says more than that time ran out

    def _call(
        self,
        question: Question,
        dialect: Dialect,
        deadline: float,
        stop: Event,
        notes: Notes,
        on_text: OnText | None,
    ) -> Answer:
        """One HTTP call, noted."""
        with self._gate.passing(deadline=deadline, stop=stop) as era:
            seconds = min(self._timeout, deadline - self._patience.now())
            if seconds < SHORTEST_CALL_SECONDS:
                raise OutOfTime
            attempt = notes.started(question, self._model)
            try:
                with stopped_by(stop):
                    answer = self._answer(question, dialect, seconds, deadline, on_text and _until(stop, on_text))
            except LLMFault as error:
                fault = error
                if stop.is_set() and fault.reason == "connection":
                    fault = OutOfTime()  # we broke it off, and that says nothing of the server
                logger.info("a call failed: %s", fault.reason)
                notes.ended(attempt, fault.reason, fault.usage)
                if isinstance(fault, RateLimited):
                    self._gate.refused(era, fault.retry_after)
                raise fault from None
            notes.ended(attempt, OK, answer.usage)
            self._gate.succeeded(era)
            self._took(time.monotonic() - attempt.started)
            return answer

    def _took(self, seconds: float) -> None:
        with self._lock:
            self._seconds = seconds if self._seconds is None else 0.7 * self._seconds + 0.3 * seconds

    def _answer(
        self, question: Question, dialect: Dialect, seconds: float, deadline: float, on_text: OnText | None
    ) -> Answer:
        asked: dict[str, Any] = {
            "model": self._model,
            "timeout": httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            **dialect.parameters(question, streamed=on_text is not None),
        }
        completions = self._openai.chat.completions
        try:
            if on_text is None or dialect.stream is None:
                return read(completions.with_raw_response.create(**asked).content)
            with completions.with_streaming_response.create(**asked) as response:
                return read_stream(response.headers.get("content-type", ""), response.iter_bytes(), on_text)
        except openai.APIStatusError as error:
            raise diagnose(error) from None
        except openai.APIConnectionError as error:
            raise self._late(deadline) or diagnose(error) from None
        except httpx2.TransportError as error:  # a stream that broke off
            timeout = isinstance(error, httpx2.TimeoutException)
            raise self._late(deadline) or Unavailable("timeout" if timeout else "connection") from None

    def _late(self, deadline: float) -> OutOfTime | None:
        return OutOfTime() if self._patience.now() + SHORTEST_CALL_SECONDS > deadline else None

    def _wait(self, pause: float | None, fault: LLMFault, deadline: float, stop: Event) -> None:
        """Waits for the next try. Raises the fault where there is to be none, at once where time would run out."""
        if pause is None or self._patience.now() + pause + SHORTEST_CALL_SECONDS > deadline:
            raise fault from None
        self._patience.pause(stop, pause)
        if stop.is_set():
            raise fault from None

    def _adapt(self, refused: Dialect, words: str) -> bool:
        """True where the call may be made again, in a dialect without what the server complains of."""
        with self._lock:
            if self._dialect != refused:
                return True
            substitute = refused.without(words)
            if substitute is None:
                return False
            self._dialect = substitute
        logger.warning("the server of %s refuses a parameter; from now on: %s", self._model, substitute)
        return True


def _until(stop: Event, on_text: OnText) -> OnText:
    """As `on_text`; raises OutOfTime where nobody wants more of the text."""

    def told(text: str) -> None:
        if stop.is_set():
            raise OutOfTime
        on_text(text)

    return told


def _sendable(api_key: str) -> str:
    """The key, or where no HTTP header could carry it, a wrong one, so that the server says 401 as of any."""
    return api_key if api_key and api_key.isascii() and api_key.isprintable() else "none"


def client() -> Client:
    """The client that the settings describe: one a process, however many ask, so that its limits are the process's.

    A forked child gets its own: threads and connections do not survive a fork.
    """
    return _client(
        os.getpid(),
        settings.OPENAI_BASE_URL,
        settings.OPENAI_API_KEY,
        settings.LLM_MODEL,
        settings.LLM_TIMEOUT_SECONDS,
        settings.LLM_MAX_CONCURRENCY,
    )


@lru_cache(maxsize=2)
def _client(_pid: int, base_url: str, api_key: str, model: str, timeout: float, concurrency: int) -> Client:
    return Client(base_url=base_url, api_key=api_key, model=model, timeout=timeout, concurrency=concurrency)
