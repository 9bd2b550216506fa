"""Whether the review queue finds wrong labels sooner than reading the newest first does.

    python benchmarks/review.py

A simulated stream with a known truth: the comments held back from training (classifier/data/evaluation*.csv), dealt
over eight weeks, many times anew. One stream is labelled by the embedded engine, whose real mistakes are to be found.
The other is labelled by a simulated LLM that errs on one comment in ten, for another category at random, and the engine
gives its second opinion. The signals and their sum are those of classifier.review.score; embeddings are the real ones.
"""

import csv
import os
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402

from classifier.engines import Verdict, embedded_engine, labelled  # noqa: E402
from classifier.models import Category  # noqa: E402
from classifier.review.score import Signals, novelty_of  # noqa: E402
from classifier.review.window import decoded  # noqa: E402

WEEKS = 8
ROUNDS = 200
LLM_ERRS = 0.10
BUDGETS = (0.10, 0.20, 0.30)


@dataclass(frozen=True)
class Item:
    """One comment of a stream. place: 0..1 within its week, 1 the newest."""

    week: int
    place: float
    wrong: bool
    score: float


def held_back() -> tuple[list[str], list[str]]:
    texts, truth = [], []
    for name in ("evaluation.csv", "evaluation_hard.csv"):
        with (ROOT / "classifier" / "data" / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                texts.append(row["texto"])
                truth.append(row["categoria"])
    return texts, truth


def novelties(texts: Sequence[str]) -> list[float]:
    """How far each text is from its nearest; 0 for all where there is no encoder."""
    vectors = [decoded(vector) for vector in embedded_engine().embed(texts) if vector is not None]
    if len(vectors) < len(texts):
        return [0.0] * len(texts)
    matrix = np.stack(vectors)
    cosines = matrix @ matrix.T
    np.fill_diagonal(cosines, -1)
    return [novelty_of(float(nearest)) for nearest in cosines.max(axis=1)]


def by_engine(verdicts: Sequence[Verdict], truth: Sequence[str], novelty: Sequence[float]) -> list[tuple[bool, float]]:
    """Whether each label is wrong, and its score, where the embedded engine labelled."""
    return [
        (verdict.category != right, Signals(doubt=1 - verdict.confidence, novelty=new).score)
        for verdict, right, new in zip(verdicts, truth, novelty, strict=True)
    ]


def by_llm(
    verdicts: Sequence[Verdict], truth: Sequence[str], novelty: Sequence[float], rng: random.Random
) -> list[tuple[bool, float]]:
    """The same where the simulated LLM labelled and the engine gave a second opinion."""
    found = []
    for verdict, right, new in zip(verdicts, truth, novelty, strict=True):
        label = right
        if rng.random() < LLM_ERRS:
            label = rng.choice([category for category in Category.values if category != right])
        shares = dict(zip(Category.values, verdict.probabilities or (), strict=True))
        signals = Signals(doubt=1 - shares[label], disagree=verdict.category != label, novelty=new)
        found.append((label != right, signals.score))
    return found


def stream(labelled: Sequence[tuple[bool, float]], rng: random.Random) -> list[Item]:
    return [Item(rng.randrange(WEEKS), rng.random(), wrong, score) for wrong, score in labelled]


def found_by(items: Sequence[Item], order: Callable[[Item], float], budget: float) -> float:
    """The share of all wrong labels found by one who reads this share of each week, in the order given."""
    hits = 0
    for week in range(WEEKS):
        of_week = sorted((item for item in items if item.week == week), key=order, reverse=True)
        hits += sum(item.wrong for item in of_week[: round(budget * len(of_week))])
    return hits / max(1, sum(item.wrong for item in items))


def report(name: str, label: Callable[[random.Random], list[tuple[bool, float]]]) -> None:
    rng = random.Random(7)
    streams = [stream(label(rng), rng) for _ in range(ROUNDS)]
    wrong = statistics.mean(sum(item.wrong for item in items) / len(items) for items in streams)
    print(f"\n{name}: {wrong:.1%} of the labels are wrong")
    print(f"{'read of each week':>18} {'newest first':>14} {'the queue':>12} {'times as fast':>14}")
    for budget in BUDGETS:
        newest = statistics.mean(found_by(items, lambda item: item.place, budget) for items in streams)
        ours = statistics.mean(found_by(items, lambda item: item.score, budget) for items in streams)
        print(f"{budget:>18.0%} {newest:>14.1%} {ours:>12.1%} {ours / newest:>14.2f}")


if __name__ == "__main__":
    texts, truth = held_back()
    answers = labelled(embedded_engine(), texts, deadline=float("inf"))
    verdicts = [answer.result for answer in answers if isinstance(answer.result, Verdict)]
    novelty = novelties(texts)
    print(f"{len(texts)} comments over {WEEKS} weeks, {ROUNDS} streams; share of the wrong labels found")
    report("labelled by the embedded engine", lambda rng: by_engine(verdicts, truth, novelty))
    report("labelled by an LLM that errs on one in ten", lambda rng: by_llm(verdicts, truth, novelty, rng))
