"""Comments that people judged, as learning and honest figures need them."""

from datetime import datetime
from typing import Any

import numpy as np

from accounts.models import User
from classifier.engines.embedded import EmbeddedEngine
from classifier.models import Category, Comment, Embedding
from classifier.review import verdicts
from classifier.review.verdicts import Decision
from classifier.tests.comments import stored


def judged(
    text: str,
    category: Category,
    by: User,
    *,
    said: Category = Category.PRAISE,
    drawn: float | None = None,
    moment: datetime | None = None,
    vector: Any = None,
) -> Comment:
    """A comment that a machine gave one category and a person another, or the same; blind where it was drawn."""
    comment = stored(text, category=said, moment=moment)
    if vector is not None:
        unit = (np.asarray(vector) / np.linalg.norm(vector)).astype("<f2")
        Embedding.objects.create(comment=comment, model=EmbeddedEngine.embedding_model, vector=unit.tobytes())
    [locked] = verdicts.locked([comment.pk]).values()
    verdicts.decide([locked], Decision(category), reviewer=by, drawn=drawn)
    return comment
