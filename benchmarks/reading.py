"""Lists, filters, deep pages and export over HTTP, against the filled database that DATABASE_URL names.

    python benchmarks/fill.py 1000000
    python benchmarks/reading.py

Ours is measured through gunicorn; the alternative is what a plain view would do: OFFSET, and one list of all rows.
"""

import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")
os.environ["HTTPS"] = "false"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1"

import django  # noqa: E402

django.setup()

from django.contrib.auth.models import Group  # noqa: E402
from django.db import connection  # noqa: E402

from accounts import tokens  # noqa: E402
from accounts.groups import API_CLIENT  # noqa: E402
from accounts.models import User  # noqa: E402
from classifier.models import Comment  # noqa: E402

FILTERS = [
    "", "categoria=SPAM", "tag=fix_login", "estado=pendente", "estado=falhou", "revisado=true",
    "motor=llm/gpt-4o-mini", "confianca_min=0.99", "confianca_max=0.2", "desde=2026-11-01", "ate=2026-01-01",
    "ordem=asc", "ordem=desc", "q=m%C3%BAsica", "q=n%C3%A3o+gostei", "q=sanfona", "q=ingresso", "q=xilofone",
]  # fmt: skip
REPEAT = 15
DEEP = 5_000


class Server:
    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = ["gunicorn", "alumusic.wsgi", "--config", str(ROOT / "gunicorn.conf.py"), "--workers", "1"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning"], cwd=ROOT
        )
        user, _created = User.objects.get_or_create(username="benchmark")
        user.groups.add(Group.objects.get(name=API_CLIENT))
        self.headers = {"Authorization": f"Bearer {tokens.issue(user).access}", "Host": "127.0.0.1"}
        while True:
            try:
                self.get("/healthz")
                break
            except OSError:
                time.sleep(0.1)

    def get(self, path: str, read: Callable[[http.client.HTTPResponse], Any] | None = None) -> tuple[Any, Any]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        link.request("GET", path, headers=getattr(self, "headers", {}))
        response = link.getresponse()
        body = read(response) if read else response.read()
        assert response.status == 200, (path, response.status, body)
        link.close()
        return response, body

    def memory(self) -> float:
        """Resident MB of the worker processes, without what they share with the file system's cache."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def milliseconds(work: Callable[[], Any], repeat: int = REPEAT) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def filters(server: Server) -> None:
    print(f"\n{'first page of 100, by filter':45} p50 ms")
    for query in FILTERS:
        print(f"{query or '(none)':45} {milliseconds(lambda q=query: server.get(f'/api/comentarios?{q}')):6.1f}")


def deep_pages(server: Server) -> None:
    url = "/api/comentarios?limite=100"
    first = milliseconds(lambda: server.get(url))
    place = Comment.objects.order_by("-moment", "-id")[DEEP * 100 - 101 : DEEP * 100 - 100].get()
    link = server.get(url)[0].getheader("Link")
    from classifier.paging import NEWEST, _write

    cursor = _write(NEWEST, place, backwards=False)
    assert re.search(r"cursor=[\w-]+", link)
    deep = milliseconds(lambda: server.get(f"{url}&cursor={cursor}"))
    plain = Comment.objects.order_by("-moment", "-id").with_tags()
    offset_first = milliseconds(lambda: list(plain[:100]))
    offset = milliseconds(lambda: list(plain[DEEP * 100 : DEEP * 100 + 100]), 5)
    print(f"\npage {DEEP:,} against page 1          ours {deep:7.1f} ms, {deep / first:5.2f} times page 1")
    print(f"                               OFFSET {offset:7.1f} ms, {offset / offset_first:5.2f} times page 1")


def export(server: Server) -> None:
    peak = before = server.memory()
    running = threading.Event()
    running.set()

    def watch() -> None:
        nonlocal peak
        while running.is_set():
            peak = max(peak, server.memory())
            time.sleep(0.02)

    def read(response: http.client.HTTPResponse) -> tuple[float, int]:
        first, lines = 0.0, 0
        while piece := response.read(65_536):
            first = first or time.perf_counter() - start
            lines += piece.count(b"\n")
        return first, lines

    watcher = threading.Thread(target=watch)
    watcher.start()
    total = Comment.objects.count()
    start = time.perf_counter()
    _response, (first, _lines) = server.get("/api/comentarios/export", read)
    wall = time.perf_counter() - start
    running.clear()
    watcher.join()
    ours = total / wall
    print(f"\nexport of {total:,} rows, ours: first byte {first:.3f} s, {ours:,.0f} rows/s, +{peak - before:.0f} MB")

    some = min(total, 100_000)
    start = time.perf_counter()
    rows = [json.dumps([c.text, c.tag_names, str(c.created_at)]) for c in Comment.objects.with_tags()[:some]]
    plain = len(rows) / (time.perf_counter() - start)
    print(f"a list of {some:,} objects: {plain:,.0f} rows/s; ours is {ours / plain:.1f} times as fast")


if __name__ == "__main__":
    print(f"{connection.vendor}, {Comment.objects.count():,} comments, one gunicorn worker")
    server = Server()
    try:
        filters(server)
        deep_pages(server)
        export(server)
    finally:
        server.stop()
