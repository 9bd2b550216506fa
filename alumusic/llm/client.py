import logging
import os
import time
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from threading import Event, Lock

import httpx2
import openai
from django.conf import settings

from .answer import Answer, read
from .diagnosis import complaint, diagnose
from .dialect import Dialect, Question
from .faults import LLMFault, OutOfTime, Rejected, Unavailable
from .patience import Patience
from .transport import PunctualTransport, certificates

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
SHORTEST_CALL_SECONDS = 0.05


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
        self._concurrency = concurrency
        self._patience = patience or Patience()
        self._lock = Lock()
        self._dialect = Dialect()
        self._under_way = 0
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="llm")
        limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        http = openai.DefaultHttpx2Client(transport=PunctualTransport(verify=certificates(), limits=limits))
        self._openai = openai.OpenAI(base_url=base_url, api_key=_sendable(api_key), max_retries=0, http_client=http)
        weakref.finalize(self, http.close)

    @property
    def free(self) -> int:
        """How many calls could start at once."""
        return max(0, self._concurrency - self._under_way)

    def submit(self, question: Question, *, deadline: float, stop: Event | None = None) -> Future[Answer]:
        """The answer to come, as of `ask`; the call starts when one of the connections is free."""
        with self._lock:
            self._under_way += 1
        future = self._pool.submit(self.ask, question, deadline=deadline, stop=stop)
        future.add_done_callback(self._done)
        return future

    def ask(self, question: Question, *, deadline: float, stop: Event | None = None) -> Answer:
        """The answer, after as many tries as it takes and the deadline (a `time.monotonic()`) allows.

        stop: once set, nothing more is tried. Raises a subclass of LLMFault. What is not about the moment
        (400, 401, 403, 404) is not tried again.
        """
        stop = stop or Event()
        attempt = 0
        while True:
            dialect = self._dialect
            try:
                return self._call(question, dialect, deadline)
            except openai.APIStatusError as error:
                fault = diagnose(error)
                if isinstance(fault, Rejected) and self._adapt(dialect, complaint(error)):
                    continue
            except openai.APIConnectionError as error:
                fault = self._late(deadline) or diagnose(error)
            except Unavailable as error:
                fault = error
            attempt += 1
            logger.info("call %s failed: %s", attempt, fault.reason)
            self._wait(attempt, fault, deadline, stop)

    def _call(self, question: Question, dialect: Dialect, deadline: float) -> Answer:
        seconds = min(self._timeout, deadline - time.monotonic())
        if seconds < SHORTEST_CALL_SECONDS:
            raise OutOfTime
        response = self._openai.chat.completions.with_raw_response.create(
            model=self._model,
            timeout=httpx2.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            **dialect.parameters(question),
        )
        return read(response.content)

    @staticmethod
    def _late(deadline: float) -> OutOfTime | None:
        return OutOfTime() if time.monotonic() + SHORTEST_CALL_SECONDS > deadline else None

    def _wait(self, attempt: int, fault: LLMFault, deadline: float, stop: Event) -> None:
        """Waits for the next try. Raises the fault where there is to be none, at once where time would run out."""
        pause = self._patience.before(attempt, fault) if isinstance(fault, Unavailable) else None
        if pause is None or time.monotonic() + pause + SHORTEST_CALL_SECONDS > deadline:
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

    def _done(self, _future: Future[Answer]) -> None:
        with self._lock:
            self._under_way -= 1


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
