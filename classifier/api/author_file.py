"""All that is kept of one author, as a JSON file for them (LGPD, article 18)."""

import json
from collections.abc import Iterator

from django.utils import timezone

from alumusic.weeks import iso
from classifier import authors
from classifier.api import wire
from classifier.api.history import history
from classifier.models import Comment

CHUNK = 500


def json_stream(author: str) -> Iterator[str]:
    """The file, a comment at a time, however many there are. Who reviewed them is not the author's data."""
    head = {"autor": author, "gerado_em": iso(timezone.now())}
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "comentarios": ['
    comments = authors.comments_of(author).with_tags().prefetch_related("classifications", "reviews")
    for number, comment in enumerate(comments.iterator(chunk_size=CHUNK)):
        yield (",\n" if number else "\n") + json.dumps(_of(comment), ensure_ascii=False)
    yield "\n]}\n"


def _of(comment: Comment) -> dict[str, object]:
    return {
        **wire.comment_body(comment),
        "origem": comment.source or None,
        "publicado_em": iso(comment.published_at) if comment.published_at else None,
        "metadados": comment.metadata,
        "historico": history(comment, with_names=False),
    }
