"""What fails is told to Sentry where there is one: where and on what road, and no word that somebody wrote."""

import gzip
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import sentry_sdk

from alumusic.environment import BASE_DIR


@pytest.fixture
def sentry():
    """The address to report to, and the bodies of the envelopes that came there, as text."""
    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append(
                gzip.decompress(body).decode() if self.headers["Content-Encoding"] == "gzip" else body.decode()
            )
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://chave@127.0.0.1:{server.server_port}/1", received
    server.shutdown()
    server.server_close()


def test_a_report_says_where_and_nothing_that_a_person_wrote(sentry):
    dsn, received = sentry
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SENTRY_DSN": dsn,
        "SENTRY_ENVIRONMENT": "ensaio",
        "EMAIL_HOST_PASSWORD": "chave-secreta",
    }
    command = [sys.executable, "-m", "tests.process_that_fails"]
    done = subprocess.run(command, cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stdout.strip() == "500", done.stderr

    events = sorted((json.loads(body.splitlines()[-1]) for body in received), key=lambda each: each["timestamp"])
    told = [
        ([fault["type"] for fault in event.get("exception", {}).get("values", [])], event.get("logentry"))
        for event in events
    ]
    assert told == [(["RuntimeError"], None), (["ValueError"], None), ([], {"message": "Não gravou %s"})]
    assert [event["environment"] for event in events] == 3 * ["ensaio"]
    assert (events[0]["transaction"], events[1]["transaction"]) == ("/api/falha/{key}", "tests.fail")
    assert events[0]["tags"] == {"request_id": "pedido-7"}
    frames = events[0]["exception"]["values"][0]["stacktrace"]["frames"]
    assert frames[-1]["function"] == "fail"
    everything = "".join(received)
    for secret in ("ninguém", "token-secreto", "chave-secreta", "busca-secreta", "chave-na-rota", "only-for-tests-"):
        assert secret not in everything


def test_nothing_is_reported_unless_an_address_is_set():
    assert not sentry_sdk.is_initialized()
