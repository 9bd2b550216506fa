"""The meaning of each comment as a vector, made after the label and never on the road of one."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from classifier.engines import embedded_engine
from classifier.models import Comment, CommentState, Embedding

CHUNK = 200


def model_name() -> str:
    """What makes the vectors now; only those of one model can be compared."""
    return embedded_engine().embedding_model


def embed_missing(*, most: int = 2_000) -> int:
    """How many labelled comments got the vector that their engine did not make; the newest first."""
    done = 0
    while done < most:
        without = ~Exists(Embedding.objects.filter(comment=OuterRef("pk")))
        comments = list(Comment.objects.filter(without, state=CommentState.CLASSIFIED).order_by("-id")[:CHUNK])
        made = embed(comments)
        done += made
        if made < CHUNK:
            break
    return done


def embed(comments: Sequence[Comment]) -> int:
    """How many of these, which have none, got their vector now: all of them, or none where there is no encoder."""
    vectors = embedded_engine().embed([comment.text for comment in comments])
    rows = [
        Embedding(comment=comment, model=model_name(), vector=vector)
        for comment, vector in zip(comments, vectors, strict=True)
        if vector is not None
    ]
    Embedding.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
