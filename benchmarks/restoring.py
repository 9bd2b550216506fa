"""Takes a backup of 100,000 comments while more come in, restores it, and compares every row of every table.

    python benchmarks/restoring.py [--comments 100000]

Starts a PostgreSQL, a Redis, web, beat and a worker of its own. What the backup must hold is known by a session that
sees the same moment as it does. Exits with 1 where a row is missing, more or other.
"""

import argparse
import subprocess
import sys
import threading
import time

import psycopg
from stack import ROOT, Stack

LIST = 100
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Sums of halves of MD5 over rows: no order to keep, and as long as one row is other, another sum.
SUM = "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint::numeric), 0) FROM {} t"


class Load(threading.Thread):
    """Lists of comments, one after the other, until told to stop; slowest: the longest answer in seconds."""

    def __init__(self, stack: Stack, token: str) -> None:
        super().__init__()
        self.stack, self.token = stack, token
        self.ended = threading.Event()
        self.lists = 0
        self.slowest = 0.0
        self.statuses: set[int] = set()

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Prefer": "respond-async"}
        while not self.ended.is_set():
            self.lists += 1
            body = [{"id": f"l-{self.lists}-{n}", "texto": f"Amei o show {self.lists} {n}"} for n in range(LIST)]
            began = time.monotonic()
            self.statuses.add(self.stack.call("POST", "/api/comentarios", body, **headers)[0])
            self.slowest = max(self.slowest, time.monotonic() - began)


def sums(link: psycopg.Connection) -> dict[str, tuple[int, int]]:
    link.execute("SET LOCAL TimeZone TO 'UTC'")
    names = [name for (name,) in link.execute(TABLES).fetchall()]
    return {name: link.execute(SUM.format(f'public."{name}"')).fetchone() for name in names}


def manage(env: dict[str, str], *arguments: str) -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--comments", type=int, default=100_000)
    options = parser.parse_args()
    with Stack() as stack:
        fill = [sys.executable, "benchmarks/fill.py", str(options.comments)]
        subprocess.run(fill, cwd=ROOT, env=stack.env, check=True)
        stack.start_web()
        stack.start_beat()
        stack.start_worker("worker")
        load = Load(stack, stack.token())
        load.start()
        stack.wait(lambda: load.lists > 3)
        url, file = stack.env["DATABASE_URL"], stack.folder / "drill.dump"
        sent_before = load.lists
        with psycopg.connect(url) as link:
            link.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            snapshot = link.execute("SELECT pg_export_snapshot()").fetchone()[0]
            taken = manage(stack.env, "backup", str(file), f"--snapshot={snapshot}")
            sent_meanwhile = load.lists - sent_before
            expected = sums(link)
        load.ended.set()
        load.join()
        stack.query("CREATE DATABASE restored")
        target = url.rpartition("/")[0] + "/restored"
        restored = manage(stack.env | {"DATABASE_URL": target}, "restore", str(file))
        with psycopg.connect(target) as link:
            found = sums(link)
        rows = sum(count for count, _ in expected.values())
        wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        print(f"{expected['classifier_comment'][0]:,} comments, {rows:,} rows in {len(expected)} tables")
        print(f"backup    {taken:6.1f} s, {file.stat().st_size / 2**20:.1f} MB", end="; ")
        print(f"{sent_meanwhile * LIST:,} comments came in meanwhile, the slowest {LIST} took {load.slowest:.2f} s")
        print(f"restore   {restored:6.1f} s, into an empty database")
        print(f"tables that differ: {', '.join(wrong) or 'none'}; answers: {sorted(load.statuses)}")
    return 1 if wrong or load.statuses != {202} else 0


if __name__ == "__main__":
    sys.exit(main())
