"""A new topic arrives on which the engine is bad; curators judge 200 of its comments; one training.

    DATABASE_URL=… python benchmarks/learning.py      # a database of its own, made anew

The topic (benchmarks/data/tribunal.csv): fans of an invented singer judge her songs in a mock court. "Culpada" is
praise, "absolvida" is criticism, "petição" is a proposal and "embargos" a question, which no training data say.
200 of its comments (`revisto`) are posted, drawn as cards and judged through the panel's own calls, and the other 140
(`novo`) are seen by nobody. Elsewhere is the written comments of classifier/data/evaluation*.csv, on which the training
itself holds its candidate against the model in service.
"""

import csv
import os
import sys
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")
os.environ.setdefault("SECRET_KEY", "only-for-this-measurement-" + 32 * "x")
os.environ.setdefault("REVIEW_BLIND_SHARE", "0.1")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import Group  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.groups import CURATORS  # noqa: E402
from accounts.models import User  # noqa: E402
from classifier import embeddings, intake  # noqa: E402
from classifier.engines import Verdict, embedded_engine, labelled  # noqa: E402
from classifier.engines.embedded.service import service  # noqa: E402
from classifier.incoming import IncomingComment  # noqa: E402
from classifier.models import Candidate, Category, Comment, LearningSide, Review  # noqa: E402
from classifier.review import score  # noqa: E402

TOPIC = ROOT / "benchmarks" / "data" / "tribunal.csv"
CATEGORIES = list(Category)


def topic(part: str) -> dict[str, str]:
    with TOPIC.open(encoding="utf-8", newline="") as file:
        return {row["texto"]: row["categoria"] for row in csv.DictReader(file) if row["parte"] == part}


def figures(truth: dict[str, str]) -> tuple[float, list[float]]:
    """Macro-F1, and F1 a category, of the engine in service."""
    said = [each.result for each in labelled(embedded_engine(), list(truth), deadline=float("inf"))]
    pairs = [
        (each.category.value, right)
        for each, right in zip(said, truth.values(), strict=True)
        if isinstance(each, Verdict)
    ]
    found = []
    for category in CATEGORIES:
        hits = sum(a == b == category.value for a, b in pairs)
        either = sum((a == category.value) + (b == category.value) for a, b in pairs)
        found.append(2 * hits / either)
    return sum(found) / len(found), found


class Curator(Client):
    """Judges each card as the topic's truth says, through the calls of the page /painel/revisao/."""

    def __init__(self, user: User) -> None:
        super().__init__(headers={"Accept": "application/json", "Host": "localhost"})
        self.force_login(user)
        self.sitting = str(uuid.uuid4())

    def call(self, name: str, **body: Any) -> Any:
        response = self.post(f"/painel/revisao/{name}/", {"sessao": self.sitting, **body}, "application/json")
        assert response.status_code == 200, (name, response.status_code, response.content[:300])
        return response.json()

    def work(self, truth: dict[str, str]) -> None:
        while cards := self.call("cartoes", quero=8, tem=[], filtros={})["cartoes"]:
            for card in cards:
                said = truth[Comment.objects.get(pk=card["id"]).text]
                step = {"passo": str(uuid.uuid4()), "comentario": card["id"], "versao": card["versao"]}
                self.call("veredito", categoria=said, **step)


def of(kept: dict[str, Any]) -> tuple[float, list[float]]:
    return kept["macro_f1"], [kept["f1"][category.value] for category in CATEGORIES]


def told(name: str, before: tuple[float, list[float]], after: tuple[float, list[float]], n: int) -> None:
    each = "  ".join(f"{c.value} {x:.3f} {y:.3f}" for c, x, y in zip(CATEGORIES, before[1], after[1], strict=True))
    print(f"{name:32} n {n:5}  {before[0]:.4f}  {after[0]:.4f}  {100 * (after[0] - before[0]):+6.1f} points   {each}")


if __name__ == "__main__":
    settings.ALLOWED_HOSTS = ["localhost"]
    call_command("migrate", verbosity=0)
    assert not Comment.objects.exists(), "this needs a database of its own"
    reviewed, unseen = topic("revisto"), topic("novo")
    before = figures(unseen)
    user = User.objects.create_user("curadora", password=uuid.uuid4().hex)
    user.groups.add(Group.objects.get(name=CURATORS))
    intake.receive(
        [IncomingComment(id=str(uuid.uuid4()), texto=text) for text in reviewed],
        sender=user, engine=embedded_engine(),
    )  # fmt: skip
    while Comment.objects.filter(category=None).exists():
        from classifier import worker

        worker.label_waiting()
    embeddings.embed_missing()
    score.score_waiting()
    Curator(user).work(reviewed)
    acts = Review.objects.all()
    print(f"{acts.count()} verdicts, {acts.filter(action='corrige').count()} of them corrections, "
          f"{acts.filter(blind=True).count()} blind", flush=True)  # fmt: skip
    call_command("train", with_corrections=True)
    sides = LearningSide.objects.values_list("side", flat=True)
    print({side: list(sides).count(side) for side in sorted(set(sides))})
    service.look_again()
    after = figures(unseen)
    written = Candidate.objects.get().figures["escritos"]
    print(f"\n{embedded_engine().name} is in service; macro-F1 before and after, then F1 a category before and after")
    told("the topic, comments nobody judged", before, after, len(unseen))
    told("elsewhere", of(written["before"]), of(written["after"]), written["n"])
