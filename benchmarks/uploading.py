"""Sends a file of comments and has a worker process of its own read it: how long, and how much memory.

python benchmarks/uploading.py 100000
"""

import csv
import io
import multiprocessing
import os
import random
import re
import sys
import time
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")

import django  # noqa: E402

django.setup()

from django.db import connection  # noqa: E402

from accounts.models import User  # noqa: E402
from classifier import tasks, uploads  # noqa: E402
from classifier.models import Upload, UploadState  # noqa: E402


def file_of(count: int, seed: int = 7) -> io.BytesIO:
    rng = random.Random(seed)
    texts = []
    for path in sorted((ROOT / "classifier" / "data").glob("comments_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts += [row["texto"] for row in csv.DictReader(file)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "texto", "autor", "origem"])
    for number in range(count):
        writer.writerow([uuid.uuid4(), f"{rng.choice(texts)} {number}", f"@ouvinte{number % 5_000}", "app"])
    return io.BytesIO(out.getvalue().encode())


def peak_megabytes() -> float:
    """Of this process alone; what getrusage tells, a child has from its parent."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def work(results: "multiprocessing.Queue[tuple[float, float, float]]") -> None:
    """What a worker does with it, turn by turn; puts its seconds, those of its CPU, and its memory's growth in MB."""
    connection.ensure_connection()
    before, start = peak_megabytes(), time.perf_counter()
    while uploads.expand(limit_seconds=tasks.EXPANDING_SECONDS):
        pass
    results.put((time.perf_counter() - start, time.process_time(), peak_megabytes() - before))


def main(count: int) -> None:
    owner, _created = User.objects.get_or_create(username="benchmark")
    file = file_of(count)
    size = len(file.getvalue()) / 2**20
    start = time.perf_counter()
    batch = uploads.store(file, name="benchmark.csv", owner=owner)
    stored = time.perf_counter() - start
    connection.close()

    spawned = multiprocessing.get_context("spawn")
    results = spawned.Queue()
    worker = spawned.Process(target=work, args=(results,))
    worker.start()
    seconds, cpu, megabytes = results.get(timeout=1_800)
    worker.join(60)

    upload = Upload.objects.get(pk=batch.pk)
    assert upload.state == UploadState.EXPANDED, upload.state
    print(f"{connection.vendor}, {count:,} lines, {size:.1f} MB")
    print(f"taken in            {stored:8.2f} s")
    print(f"made into comments  {seconds:8.1f} s, {batch.items.count() / seconds:,.0f} lines/s; {cpu:.1f} s of CPU")
    print(f"the worker's memory {megabytes:+8.0f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]))
