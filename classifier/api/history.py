"""What happened to a comment, oldest first."""

from typing import Any

from alumusic.weeks import iso
from classifier.models import Comment


def history(comment: Comment, *, with_names: bool) -> list[dict[str, Any]]:
    """Each classification and each act of a person. with_names: whether the reader may know who acted, and why."""
    entries = [
        {
            "tipo": "classificacao",
            "quem": c.engine,
            "quando": iso(c.created_at),
            "categoria": c.category,
            "tags_funcionalidades": c.tags,
            "confianca": round(c.confidence, 2),
        }
        for c in comment.classifications.all()
    ]
    entries += [
        {
            "tipo": r.action,
            "quem": r.reviewer.username if with_names and r.reviewer else None,
            "quando": iso(r.created_at),
            "categoria": r.category,
            "tags_funcionalidades": r.tags,
            "observacao": r.note if with_names else None,
        }
        for r in comment.reviews.select_related("reviewer")
    ]
    return sorted(entries, key=lambda entry: str(entry["quando"]))
