"""The smallest valid comments, for tests."""

import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone

from classifier.models import Category, Comment, CommentState, CommentTag, Tag
from classifier.models.search import search_words


def sent(text: str = "Amei o refrão", **fields: Any) -> dict[str, Any]:
    """A comment as a client sends it."""
    return {"id": str(uuid.uuid4()), "texto": text, **fields}


def stored(
    text: str = "Amei o refrão",
    *,
    category: Category | None = Category.PRAISE,
    confidence: float = 0.9,
    tags: tuple[str, ...] = (),
    moment: datetime | None = None,
    **fields: Any,
) -> Comment:
    """A comment in the database, classified unless `category` is None."""
    label: dict[str, Any] = {}
    if category is not None:
        label = {
            "state": CommentState.CLASSIFIED,
            "category": category,
            "confidence": confidence,
            "engine": "embedded/test",
        }
    comment: Comment = Comment.objects.create(
        **{
            "external_id": str(uuid.uuid4()),
            "text": text,
            "search_words": search_words(text),
            "moment": moment or timezone.now(),
            **label,
            **fields,
        }
    )
    for name in tags:
        tag, _created = Tag.objects.get_or_create(name=name)
        CommentTag.objects.create(comment=comment, tag=tag, moment=comment.moment)
    return comment
