"""The review queue's calls over HTTP, against the filled PostgreSQL that DATABASE_URL names.

    python benchmarks/fill.py 1000000
    python benchmarks/reviewing.py

Gives the newest 50,000 comments a vector, if they have none; then measures one curator at work through one gunicorn
worker.
"""

import http.client
import json
import os
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import reading

Server = reading.Server

import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402
from django.middleware.csrf import _get_new_csrf_string  # noqa: E402

from accounts.groups import CURATORS  # noqa: E402
from accounts.models import User  # noqa: E402
from classifier.engines.embedded import EmbeddedEngine  # noqa: E402
from classifier.models import Category, Comment, Embedding  # noqa: E402
from classifier.review.window import SIZE  # noqa: E402

VERDICTS = 300
DIMENSIONS = 384
FILTERS: list[dict[str, str]] = [
    {}, {"categoria": "SPAM"}, {"tag": "fix_login"}, {"motor": "llm/gpt-4o-mini"}, {"motor": "embedded/2"},
    {"texto": "não gostei"}, {"texto": "sanfona"}, {"texto": "xilofone"}, {"ate": "2026-03-01"},
]  # fmt: skip


def prepare() -> None:
    missing = SIZE - Embedding.objects.count()
    if missing > 0:
        rng = np.random.default_rng(7)
        newest = Comment.objects.filter(embedding=None).order_by("-id").values_list("pk", flat=True)[:missing]
        centres = rng.normal(size=(2_000, DIMENSIONS))
        vectors = centres[rng.integers(len(centres), size=missing)] + 0.5 * rng.normal(size=(missing, DIMENSIONS))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        model = EmbeddedEngine.embedding_model
        Embedding.objects.bulk_create(
            [
                Embedding(comment_id=pk, model=model, vector=vector.tobytes())
                for pk, vector in zip(newest, vectors.astype("<f2"), strict=True)
            ],
            batch_size=5_000,
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class Curator:
    """Logged in, with a sitting; `post` answers the milliseconds that the call took and its body."""

    def __init__(self, port: int) -> None:
        user, _created = User.objects.get_or_create(username="benchmark-curator")
        user.groups.add(Group.objects.get(name=CURATORS))
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.save()
        token = _get_new_csrf_string()
        self.headers = {
            "Host": "127.0.0.1", "Accept": "application/json", "Content-Type": "application/json",
            "Cookie": f"sessionid={session.session_key}; csrftoken={token}", "X-CSRFToken": token,
        }  # fmt: skip
        self.sitting = str(uuid.uuid4())
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def post(self, name: str, **body: Any) -> tuple[float, Any]:
        sent = json.dumps({"sessao": self.sitting, **body})
        start = time.perf_counter()
        self.link.request("POST", f"/painel/revisao/{name}/", sent, self.headers)
        response = self.link.getresponse()
        answer = response.read()
        took = 1000 * (time.perf_counter() - start)
        assert response.status == 200, (name, response.status, answer)
        return took, json.loads(answer)


def told(name: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"{name:44} {statistics.median(times):8.1f} {p95:8.1f} {max(times):8.1f}")


def repeated(call: Callable[[], tuple[float, Any]], times: int = 20) -> list[float]:
    call()
    return [call()[0] for _ in range(times)]


def work(curator: Curator) -> None:
    """Verdict after verdict, cards fetched when they run low, an undo now and then: as the page does it."""
    rng = random.Random(7)
    cards: list[dict[str, Any]] = []
    verdicts, fetches, undos, families = [], [], [], []
    while len(verdicts) < VERDICTS:
        if len(cards) < 5:
            took, answer = curator.post("cartoes", quero=8 - len(cards), tem=[card["id"] for card in cards])
            fetches.append(took)
            cards += answer["cartoes"]
        card = cards.pop(0)
        families.append(curator.post(f"parecidos/{card['id']}")[0])
        category = rng.choice(Category.values)
        step = {"passo": str(uuid.uuid4()), "comentario": card["id"], "versao": card["versao"]}
        verdicts.append(curator.post("veredito", categoria=category, **step)[0])
        if len(verdicts) % 10 == 0:
            took, answer = curator.post("desfazer", passo=str(uuid.uuid4()))
            undos.append(took)
            cards.insert(0, answer["cartao"])
    print(f"\n{'':44} {'p50 ms':>8} {'p95':>8} {'most':>8}")
    told("verdict", verdicts)
    told("next cards, fetched ahead", fetches)
    told("undo", undos)
    told(f"look-alikes among {SIZE:,}, read by the first", families)


def processor(server: reading.Server, curator: Curator) -> None:
    """What a verdict costs the worker: of a busy machine, the figure that tells something."""
    count = 100
    cards: list[dict[str, Any]] = []
    while len(cards) < count:
        cards += curator.post("cartoes", quero=20, tem=[card["id"] for card in cards])[1]["cartoes"]
    before = cpu_ms(server)
    for card in cards:
        step = {"passo": str(uuid.uuid4()), "comentario": card["id"], "versao": card["versao"]}
        curator.post("veredito", categoria="SPAM", **step)
    print(f"processor time of the worker a verdict       {(cpu_ms(server) - before) / len(cards):8.1f} ms")


def cpu_ms(server: reading.Server) -> float:
    """Milliseconds that the worker processes have been computing since they started."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in children]
    return sum(int(each[11]) + int(each[12]) for each in fields) * 1000 / os.sysconf("SC_CLK_TCK")


def filters(curator: Curator) -> None:
    curator.post("devolver", comentarios=[])
    for chosen in FILTERS:
        name = ", ".join(f"{key}={value}" for key, value in chosen.items()) or "(none)"

        def cards(chosen: dict[str, str] = chosen) -> tuple[float, Any]:
            took, answer = curator.post("cartoes", quero=8, tem=[], filtros=chosen)
            curator.post("devolver", comentarios=[card["id"] for card in answer["cartoes"]])
            return took, answer

        told(f"8 cards, {name}", repeated(cards))
        told("   progress", repeated(lambda chosen=chosen: curator.post("progresso", filtros=chosen), 5))


if __name__ == "__main__":
    prepare()
    waiting = Comment.objects.to_review().count()
    print(f"{connection.vendor}, {Comment.objects.count():,} comments, {waiting:,} to review, one gunicorn worker")
    server = Server()
    try:
        work(Curator(server.port))
        processor(server, Curator(server.port))
        filters(Curator(server.port))
        print(f"\nworker's memory, all vectors in it: {server.memory():.0f} MB")
    finally:
        server.stop()
