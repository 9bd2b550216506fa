"""What the model has said before: equal texts are asked, and paid for, once."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from hashlib import sha256

from classifier.engines.base import Verdict
from classifier.models import Category, KnownAnswer

SPACES = re.compile(r"\s+")


def plain(text: str) -> str:
    """The text without what says nothing: compatibility forms of letters, runs of spaces."""
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def key(sent: str) -> str:
    return sha256(sent.encode(errors="replace")).hexdigest()


def key_of(text: str) -> str:
    """The key under which an answer to this comment's text is kept."""
    return key(plain(text))


def known(keys: Collection[str], *, engine: str, prompt_version: str) -> dict[str, Verdict]:
    """The verdicts that are there, by key."""
    rows = KnownAnswer.objects.filter(key__in=keys, engine=engine, prompt_version=prompt_version)
    return {row.key: Verdict(Category(row.category), row.confidence, tuple(row.tags)) for row in rows}


def keep(verdicts: Mapping[str, Verdict], *, engine: str, prompt_version: str) -> None:
    """Remembers the verdicts, by key, in place of older ones."""
    KnownAnswer.objects.bulk_create(
        [
            KnownAnswer(
                key=key,
                engine=engine,
                prompt_version=prompt_version,
                category=verdict.category,
                confidence=verdict.confidence,
                tags=list(verdict.tags),
            )
            for key, verdict in sorted(verdicts.items())
        ],
        update_conflicts=True,
        unique_fields=["key", "engine", "prompt_version"],
        update_fields=["category", "confidence", "tags", "created_at"],
    )
