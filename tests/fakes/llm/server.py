"""The server itself: a thread, real sockets, and what a test sees of them."""

import json
import select
import socket
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .messages import Reply, Request, Step
from .steps import answering, http_error, streamed


class LLMServer:
    """What a test sees of the server. requests: every call, in the order of arrival. peak: most calls at once.

    left: set once a client has closed its connection while it was kept waiting.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.refuses: set[str] = set()
        self.always: Step = answering()
        self.base_url = ""
        self.peak = 0
        self.closing = threading.Event()
        self.left = threading.Event()
        self._under_way = 0
        self._steps: deque[Step] = deque()
        self._words: dict[str, Step] = {}
        self._lock = threading.Lock()

    def script(self, *steps: Step) -> None:
        """The steps of the calls to come, one each; after the last, `always`."""
        self._steps.extend(steps)

    def when(self, words: str, step: Step) -> None:
        """The step of every call whose prompt has these words, once the script is through."""
        self._words[words] = step

    def reply(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            scripted = self._steps.popleft() if self._steps else None
        if not request.path.endswith("/chat/completions"):
            return http_error(404, message="no such path")(request)
        step = scripted or self._refusal(request) or self._by_words(request) or self.always
        reply = step(request)
        return streamed(reply) if request.body.get("stream") else reply

    def _refusal(self, request: Request) -> Step | None:
        for name in sorted(self.refuses & request.parameters):
            shown = f"'response_format' of type '{name}'" if name.startswith("json") else f"'{name}'"
            return http_error(400, code="unsupported_parameter", message=f"Unsupported parameter: {shown}")
        form = request.body.get("response_format", {})
        if form.get("type") == "json_schema" and not is_strict(form["json_schema"]["schema"]):
            return http_error(400, message="Invalid schema for response_format: not strict")
        return None

    def _by_words(self, request: Request) -> Step | None:
        return next((step for words, step in self._words.items() if words in request.prompt), None)

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
            self.peak = max(self.peak, self._under_way)
        yield
        with self._lock:
            self._under_way -= 1


def is_strict(schema: dict[str, Any]) -> bool:
    """True where OpenAI would take the schema as strict: closed objects, all of whose properties are required."""
    if schema["type"] == "array":
        return is_strict(schema["items"])
    if schema["type"] != "object":
        return True
    properties = schema["properties"]
    closed = schema.get("additionalProperties") is False and set(schema.get("required", ())) == set(properties)
    return closed and all(is_strict(each) for each in properties.values())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "_Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.llm.counted():
            self._send(self.server.llm.reply(Request(self.path, headers, json.loads(body))))

    def _send(self, reply: Reply) -> None:
        if reply.status is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if reply.halting == 0:
            self._wait()
            return
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if reply.dripping:
            self._drip(reply.body)
        else:
            half = len(reply.body) // 2 if reply.gate else reply.halting
            self.wfile.write(reply.body[:half])
        if reply.gate:
            self._wait(reply.gate)
            self.wfile.write(reply.body[half:])
        if reply.halting:
            self._wait()

    def _wait(self, gate: threading.Event | None = None) -> None:
        """Until the gate opens, the server closes, or the client has gone."""
        while not (self.server.llm.closing.is_set() or (gate and gate.is_set())):
            readable, _writable, _faulty = select.select([self.connection], [], [], 0.05)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                self.server.llm.left.set()
                raise ConnectionAbortedError

    def _drip(self, body: bytes) -> None:
        for position in range(len(body)):
            self.wfile.write(body[position : position + 1])
            if self.server.llm.closing.wait(0.05):
                return

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Says nothing: the requests are kept."""


class _Server(ThreadingHTTPServer):
    """Ends its connections when it is closed, so that none of its threads is left."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, llm: LLMServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.llm = llm
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def close_request(self, request: Any) -> None:
        self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of a client that went away: that is what some tests are about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        self.llm.closing.set()
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        super().server_close()


@contextmanager
def serve() -> Iterator[LLMServer]:
    """A server of its own for the time of the block; `base_url` is what `OPENAI_BASE_URL` takes."""
    llm = LLMServer()
    server = _Server(llm)
    llm.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="llm-server")
    thread.start()
    try:
        yield llm
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
