"""What the queue's page and the server tell each other, in JSON."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.contrib.humanize.templatetags.humanize import naturaltime
from django.urls import reverse
from pydantic import BaseModel, ConfigDict, Field, field_validator

from alumusic.validation import StorableText
from alumusic.weeks import iso, start_of
from classifier.api.wire import TagName
from classifier.models import Category, Comment
from classifier.models.search import stems
from classifier.models.tag import MAX_TAGS
from classifier.review.alike import LookAlike
from classifier.review.cards import Card
from classifier.review.progress import MOST_COUNTED, Progress
from classifier.review.selection import Selection
from classifier.review.steps import Outcome

MOST_AT_ONCE = 20
MOST_TOGETHER = 100
DAY = timedelta(days=1)

Key = Annotated[int, Field(ge=1, lt=2**63)]


class Body(BaseModel):
    """Of a call by the page's own script."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Filters(Body):
    """What the curator asked for; days are whole, the last one included, and what is empty filters nothing."""

    category: Category | None = Field(None, alias="categoria")
    tag: TagName | None = None
    engine: StorableText = Field("", alias="motor", max_length=120)
    since: date | None = Field(None, alias="desde")
    until: date | None = Field(None, alias="ate")
    text: StorableText = Field("", alias="texto", max_length=200)

    @field_validator("category", "tag", "since", "until", mode="before")
    @classmethod
    def nothing(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("since", "until")
    @classmethod
    def countable(cls, value: date | None) -> date | None:
        """A day that has a week before and after it: years 1 and 9999 don't."""
        return value if value and 1 < value.year < 9999 else None

    def selection(self) -> Selection:
        return Selection(
            category=self.category,
            tag=self.tag or "",
            engine=self.engine,
            since=start_of(self.since) if self.since else None,
            until=start_of(self.until + DAY) if self.until else None,
            text=self.text if stems(self.text) else "",
        )


class InSitting(Body):
    sitting: UUID = Field(alias="sessao")


class WantCards(InSitting):
    at_hand: list[Key] = Field([], alias="tem", max_length=100)
    want: int = Field(alias="quero", ge=1, le=MOST_AT_ONCE)
    filters: Filters = Field(default_factory=Filters, alias="filtros")


class WantProgress(InSitting):
    filters: Filters = Field(default_factory=Filters, alias="filtros")


class GiveBack(InSitting):
    comments: list[Key] = Field(alias="comentarios", max_length=100)


class StepBody(InSitting):
    step: UUID = Field(alias="passo")


class SkipBody(StepBody):
    comment: Key = Field(alias="comentario")


class Seen(Body):
    comment: Key = Field(alias="comentario")
    version: int = Field(alias="versao", ge=1, lt=2**31)


class Judgement(StepBody):
    """A verdict on a card, and on the look-alikes that are to have the same; each as the curator saw it."""

    comment: Key = Field(alias="comentario")
    version: int = Field(alias="versao", ge=1, lt=2**31)
    category: Category = Field(alias="categoria")
    tags: list[TagName] | None = Field(None, alias="tags_funcionalidades", max_length=MAX_TAGS)
    note: StorableText = Field("", alias="observacao", max_length=2_000)
    look_alikes: list[Seen] = Field([], alias="parecidos", max_length=MOST_TOGETHER)

    @property
    def seen(self) -> dict[int, int]:
        return {self.comment: self.version} | {each.comment: each.version for each in reversed(self.look_alikes)}


def card_body(card: Card) -> dict[str, Any]:
    """The card as the page shows it; of a blind one nothing that a machine said."""
    comment = card.comment
    return {
        "id": comment.pk,
        "versao": comment.version,
        "texto": comment.text,
        "autor": comment.author,
        "origem": comment.source,
        "momento": iso(comment.moment),
        "idade": str(naturaltime(comment.moment)),
        "cego": card.blind,
        "motivos": card.reasons,
        "url": "" if card.blind else reverse("admin:classifier_comment_change", args=[comment.pk]),
        "proposta": None if card.opinions is None else _proposal(comment, card.opinions.probabilities),
    }


def _proposal(comment: Comment, probabilities: Mapping[str, float] | None) -> dict[str, Any]:
    return {
        "categoria": comment.category,
        "confianca": comment.confidence,
        "motor": comment.engine,
        "tags": comment.tag_names,
        "probabilidades": probabilities,
    }


def look_alikes_body(found: Sequence[LookAlike], *, blind: bool) -> list[dict[str, Any]]:
    """The look-alikes; beside a blind card their labels, and what was decided on them, are not told."""
    return [
        {
            "id": each.comment.pk,
            "versao": each.comment.version,
            "texto": each.comment.text,
            "semelhanca": round(each.likeness, 4),
            "livre": each.free and not blind,
            "categoria": None if blind else each.comment.category,
            "revisado": False if blind else each.comment.reviewed,
            "decidido_por": "" if blind else each.decided_by,
            "com": each.held_by,
        }
        for each in found
    ]


def outcome_body(outcome: Outcome) -> dict[str, Any]:
    """What a step did. machine: what stood on its own comment before, told now that it is decided."""
    first = outcome.reviews[0] if outcome.reviews else None
    return {
        "passo": str(outcome.step.pk),
        "repetido": outcome.repeated,
        "decididos": len(outcome.reviews),
        "fora": [{"id": each.comment_id, "motivo": each.reason} for each in outcome.left_out],
        "cego": bool(first and first.blind),
        "maquina": first.category_before if first else None,
        "decisao": first.category if first else None,
    }


def progress_body(progress: Progress) -> dict[str, Any]:
    return {
        "faltam": progress.left,
        "ou_mais": progress.left >= MOST_COUNTED,
        "hoje": progress.done_today,
        "ritmo": progress.pace,
        "acordo": progress.agreement,
    }
