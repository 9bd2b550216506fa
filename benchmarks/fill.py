"""Fills the database with comments for a benchmark: real texts, dealt out over a year.

python benchmarks/fill.py 1000000                         # over the last year
python benchmarks/fill.py 1000000 --days 6.5              # over the last days
python benchmarks/fill.py 4000000 --days 365 --until 7    # over the year that ended 7 days ago
"""

import argparse
import csv
import os
import random
import sys
import uuid
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alumusic.settings")

import django  # noqa: E402

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from classifier.models import Category, Comment, CommentState, CommentTag, Tag  # noqa: E402
from classifier.models.comment import ReviewReason  # noqa: E402
from classifier.models.search import search_words  # noqa: E402
from classifier.review.selection import week_of  # noqa: E402

CHUNK = 20_000
ENGINES = ["embedded/1", "embedded/2", "llm/gpt-4o-mini"]


def texts() -> list[tuple[str, str, str, list[str]]]:
    """text, its search words, category and tags of every comment in the training data."""
    found: list[tuple[str, str, str, list[str]]] = []
    for path in sorted((ROOT / "classifier" / "data").glob("comments_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += [
                (row["texto"], search_words(row["texto"]), row["categoria"], row["tags"].split())
                for row in csv.DictReader(file)
            ]
    return found


def fill(count: int, *, days: float = 365, until: float = 0, seed: int = 7) -> None:
    rng = random.Random(f"{seed} {count} {until}")
    source = texts()
    tags = Tag.objects.named({name for row in source for name in row[3]})
    end = timezone.now() - timedelta(days=until)
    start = end - timedelta(days=days)
    step = (end - start) / count
    for first in range(0, count, CHUNK):
        rows, names = [], []
        for number in range(first, min(first + CHUNK, count)):
            text, words, category, its_tags = rng.choice(source)
            moment = start + step * number
            waiting = rng.random() < 0.001
            reviewed = not waiting and rng.random() < 0.02
            scored = not waiting and not reviewed
            rows.append(
                Comment(
                    external_id=str(uuid.UUID(int=rng.getrandbits(128))),
                    text=text,
                    search_words=words,
                    moment=moment,
                    created_at=moment,
                    updated_at=moment,
                    state=CommentState.PENDING if waiting else CommentState.CLASSIFIED,
                    category=None if waiting else Category(category),
                    confidence=None if waiting else rng.betavariate(6, 1.5),
                    engine="" if waiting else rng.choices(ENGINES, [90, 9, 1])[0],
                    reviewed=reviewed,
                    review_week=week_of(moment) if scored else None,
                    review_score=rng.random() ** 3 if scored else None,
                    review_reason=ReviewReason.UNCERTAIN if scored else "",
                )
            )
            names.append(its_tags)
        with transaction.atomic():
            Comment.objects.bulk_create(rows)
            CommentTag.objects.bulk_create(
                CommentTag(comment=comment, tag=tags[name], moment=comment.moment)
                for comment, its in zip(rows, names, strict=True)
                for name in its
            )
        print(f"{first + len(rows):,}", file=sys.stderr, end="\r")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--days", type=float, default=365)
    parser.add_argument("--until", type=float, default=0, help="days ago at which the last one was written")
    options = parser.parse_args()
    fill(options.count, days=options.days, until=options.until)
