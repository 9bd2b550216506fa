"""The week's report, cold and warm, against the filled PostgreSQL and the Redis that DATABASE_URL and REDIS_URL name.

    python benchmarks/fill.py 1000000 --days 6.5
    python benchmarks/report.py

Cold is through gunicorn with an empty cache: as it is, and each time after 100 comments of the present hour have got
another label. The alternative (`--full`) reads every comment of the week, as a plain view would. Warm is by wrk,
against a plain Flask view on the same gunicorn; both sides take turns.
"""

import collections
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")
os.environ["HTTPS"] = "false"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1"

import django  # noqa: E402

django.setup()

from django.core.cache import cache  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from alumusic.weeks import start_of  # noqa: E402
from classifier.models import Category, Comment  # noqa: E402
from classifier.signals import tell  # noqa: E402

PATH = "/api/relatorio/semana"
WORKERS = 2
COLD_ASKINGS = 30
CHANGED = 100
WARM_TURNS = 5


class Server:
    """A gunicorn as the product runs it, with whatever application."""

    def __init__(self, application: str, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}{PATH}"
            port = probe.getsockname()[1]
        command = [
            "-m",
            "gunicorn",
            application,
            "--worker-class",
            "gthread",
            "--threads",
            "8",
            "--workers",
            str(WORKERS),
        ]
        self.process = subprocess.Popen(
            [sys.executable, *command, "--no-control-socket", "--bind", f"127.0.0.1:{port}", "--log-level", "warning"],
            cwd=folder,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                self.get()
                break
            except OSError:
                time.sleep(0.1)

    def get(self) -> dict:
        with urllib.request.urlopen(self.url, timeout=120) as response:
            return json.load(response)

    def memory(self) -> float:
        """Resident MB of the fullest worker."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in children]
        return max(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def requests_a_second(self, seconds: int = 3) -> float:
        command = ["wrk", "-t1", "-c32", f"-d{seconds}s", self.url]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
        assert "Non-2xx" not in said, said
        return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def change_some(number: int) -> None:
    """What a minute of a busy day brings: new labels in the present hour, told of as a batch tells of them."""
    hour = Comment.objects.order_by("-moment").values_list("moment", flat=True)[0].replace(minute=0, second=0)
    chosen = list(Comment.objects.filter(moment__gte=hour, state="classificado").only("moment")[:CHANGED])
    with transaction.atomic():
        Comment.objects.filter(pk__in=[c.pk for c in chosen]).update(category=Category.values[number % 5])
        tell(chosen)


def cold(server: Server) -> None:
    server.get()
    before = server.memory()
    print()
    for name, before_each in (("nothing changed", lambda _number: None), ("100 changed", change_some)):
        times = []
        for number in range(COLD_ASKINGS):
            before_each(number)
            cache.clear()
            start = time.perf_counter()
            assert server.get()["reload"]
            times.append(1000 * (time.perf_counter() - start))
        print(f"cold, {name:20} p50 {statistics.median(times):8.1f} ms, best {min(times):.1f}, worst {max(times):.1f}")
    print(f"memory of a worker            +{server.memory() - before:.1f} MB")


def full_reading() -> None:
    """In a process of its own, so that the memory is its own."""
    if os.fork():
        os.wait()
        return
    connection.close()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    since = start_of(timezone.localdate() - timedelta(days=6))
    days: collections.Counter = collections.Counter()
    tags: collections.Counter = collections.Counter()
    for comment in Comment.objects.filter(moment__gte=since).with_tags():
        days[timezone.localdate(comment.moment), comment.category] += 1
        tags.update(comment.tag_names)
    wall = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"a full reading         {1000 * wall:8.1f} ms                       , +{grown:.0f} MB", flush=True)
    os._exit(0)


def warm(server: Server) -> None:
    answer = urllib.request.urlopen(server.url).read()
    import redis

    redis.Redis.from_url(os.environ["REDIS_URL"]).set("plain-flask-report", answer)
    flask = Server("plain_flask:app", ROOT / "benchmarks")
    try:
        rates: dict[str, list[float]] = {"ours": [], "Flask": []}
        for _ in range(WARM_TURNS):
            server.get()
            rates["ours"].append(server.requests_a_second())
            rates["Flask"].append(flask.requests_a_second())
    finally:
        flask.stop()
    ours, theirs = (statistics.median(rates[name]) for name in rates)
    print(
        f"\nwarm, {WORKERS} workers: ours {ours:,.0f} requests/s, plain Flask {theirs:,.0f}: {ours / theirs:.2f} times"
    )


if __name__ == "__main__":
    week_ago = timezone.now() - timedelta(days=7)
    recent = Comment.objects.filter(moment__gte=week_ago).count()
    older = Comment.objects.filter(moment__lt=week_ago).count()
    print(f"{connection.vendor}: {recent:,} comments in the last 7 days, {older:,} older", flush=True)
    cache.clear()
    server = Server("alumusic.wsgi", ROOT)
    try:
        cold(server)
        if "--full" in sys.argv:
            full_reading()
        if shutil.which("wrk"):
            warm(server)
    finally:
        server.stop()
