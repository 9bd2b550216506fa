"""A curator at the queue, without the browser; and comments as the queue needs them."""

import uuid
from typing import Any

import numpy as np
from django.test import Client

from accounts.models import User
from classifier.engines.embedded import EmbeddedEngine
from classifier.models import Category, Classification, Comment, Embedding
from classifier.review.selection import week_of
from classifier.tests.comments import stored

SHARES = ["p_praise", "p_criticism", "p_suggestion", "p_question", "p_spam"]


def to_review(text: str = "o app trava", *, score: float = 0.5, like: tuple[float, ...] = (), **fields: Any) -> Comment:
    """A comment with a score; with a vector where `like` gives its direction."""
    comment = stored(text, **fields)
    comment.review_week, comment.review_score = week_of(comment.moment), score
    comment.save(update_fields=["review_week", "review_score"])
    if like:
        embed(comment, *like)
    return comment


def embed(comment: Comment, *direction: float) -> None:
    vector = np.zeros(8)
    vector[: len(direction)] = direction
    unit = (vector / np.linalg.norm(vector)).astype("<f2").tobytes()
    Embedding.objects.create(comment=comment, model=EmbeddedEngine.embedding_model, vector=unit)


def said(comment: Comment, *shares: float, engine: str = "embedded/test") -> Classification:
    """What an engine said of it, by the probability of each category."""
    best = list(Category)[max(range(5), key=lambda place: shares[place])]
    probabilities = dict(zip(SHARES, shares, strict=True)) if engine.startswith("embedded") else {}
    classification: Classification = Classification.objects.create(
        comment=comment, engine=engine, category=best, confidence=max(shares), **probabilities
    )
    return classification


class Desk(Client):
    """One sitting of a curator; speaks JSON to the queue's calls."""

    def __init__(self, user: User, **defaults: Any) -> None:
        super().__init__(headers={"Accept": "application/json"}, **defaults)
        self.force_login(user)
        self.sitting = str(uuid.uuid4())

    def call(self, name: str, **body: Any) -> Any:
        return self.post(f"/painel/revisao/{name}/", {"sessao": self.sitting, **body}, "application/json")

    def cards(self, want: int = 8, *, at_hand: tuple[int, ...] = (), **filters: str) -> list[dict[str, Any]]:
        response = self.call("cartoes", quero=want, tem=list(at_hand), filtros=filters)
        assert response.status_code == 200, response.content
        return response.json()["cartoes"]

    def judge(self, card: dict[str, Any], category: str, *, step: str | None = None, **more: Any) -> Any:
        return self.call(
            "veredito",
            passo=step or str(uuid.uuid4()),
            comentario=card["id"],
            versao=card["versao"],
            categoria=category,
            **more,
        )

    def skip(self, card: dict[str, Any]) -> Any:
        return self.call("pular", passo=str(uuid.uuid4()), comentario=card["id"])

    def undo(self, step: str | None = None) -> Any:
        return self.call("desfazer", passo=step or str(uuid.uuid4()))

    def look_alikes(self, card: dict[str, Any]) -> list[dict[str, Any]]:
        return self.call(f"parecidos/{card['id']}").json()["parecidos"]
