"""A week's numbers, beside those of the week before: what a summary stores and every number in its text comes from."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from alumusic.weeks import Week
from classifier.models import Category
from reports import vocabulary
from reports.changes import Change, Counts, changes
from reports.figures import Figures, between, percentages

CATEGORY, TAG = "category", "tag"
MOST_TAGS = 10
MOST_CHANGES = 5
MOST_NAMED = 3

Trend = Literal["alta", "queda", "estavel"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CategoryNumbers(Frozen):
    """Uma categoria na semana. `tendencia` só diz alta ou queda quando a diferença não é acaso."""

    quantidade: int
    quantidade_anterior: int
    percentual: float
    percentual_anterior: float
    diferenca_pontos: float = Field(description="Em pontos percentuais.")
    tendencia: Trend


class TagNumbers(Frozen):
    """Uma tag na semana e na anterior."""

    tag: str
    quantidade: int
    quantidade_anterior: int


class TagCount(Frozen):
    """Uma tag entre os comentários de uma categoria."""

    tag: str
    quantidade: int


class Numbers(Frozen):
    """Os números de uma semana. Percentuais com uma casa; `null` onde não há do que calcular."""

    total: int
    total_anterior: int
    variacao_percentual: float | None
    sem_rotulo: int
    categorias: dict[Category, CategoryNumbers]
    tags: list[TagNumbers]
    tags_em_alta: list[TagNumbers]
    tags_em_queda: list[TagNumbers]
    tags_criticadas: list[TagCount]
    tags_sugeridas: list[TagCount]
    tags_de_uso: list[TagCount] = Field(description="Tags `ui_` e `doc_`: o que é difícil de usar ou de entender.")
    confianca_media: float | None = Field(description="0 a 1; sem os comentários cuja categoria uma pessoa mudou.")
    revisados: int
    percentual_revisado: float | None
    por_dia: dict[date, dict[Category, int]]
    em_temas: int
    fora_de_temas: int

    def rising(self) -> list[Category]:
        """The categories on the rise, the steepest first."""
        return sorted(
            (category for category, of in self.categorias.items() if of.tendencia == "alta"),
            key=lambda category: -self.categorias[category].diferenca_pontos,
        )

    def falling(self) -> list[Category]:
        return [category for category, of in self.categorias.items() if of.tendencia == "queda"]


def measured(week: Week, *, in_themes: int, outside: int) -> Numbers:
    """The week's numbers as of now. in_themes, outside: the comments that themes hold, and those that fit none."""
    now, before = between(week.start, week.end), between(week.previous.start, week.start)
    by_kind: dict[str, tuple[Counts, Counts]] = {
        CATEGORY: (before.by_category, now.by_category),
        TAG: (before.by_tag, now.by_tag),
    }
    changed = changes(by_kind, base_before=before.labelled, base=now.labelled)

    def tag_numbers(name: str) -> TagNumbers:
        return TagNumbers(tag=name, quantidade=now.by_tag.get(name, 0), quantidade_anterior=before.by_tag.get(name, 0))

    def tags_changed(*, up: bool) -> list[TagNumbers]:
        names = [change.name for change in changed if change.kind == TAG and (change.points > 0) is up]
        return [tag_numbers(name) for name in names[:MOST_CHANGES]]

    return Numbers(
        total=now.total,
        total_anterior=before.total,
        variacao_percentual=_percent(now.total - before.total, before.total),
        sem_rotulo=now.unlabelled,
        categorias=_categories(now, before, changed),
        tags=[tag_numbers(name) for name in list(now.by_tag)[:MOST_TAGS]],
        tags_em_alta=tags_changed(up=True),
        tags_em_queda=tags_changed(up=False),
        tags_criticadas=_most_tagged(now, Category.CRITICISM),
        tags_sugeridas=_most_tagged(now, Category.SUGGESTION),
        tags_de_uso=[
            tag
            for tag in _most_tagged(now, Category.CRITICISM, Category.SUGGESTION, Category.QUESTION, most=None)
            if vocabulary.about_experience(tag.tag)
        ][:MOST_NAMED],
        confianca_media=_mean_confidence(now),
        revisados=now.reviewed,
        percentual_revisado=_percent(now.reviewed, now.labelled),
        por_dia=now.by_day,
        em_temas=in_themes,
        fora_de_temas=outside,
    )


def _categories(now: Figures, before: Figures, changed: Sequence[Change]) -> dict[Category, CategoryNumbers]:
    shares, shares_before = percentages(now.by_category), percentages(before.by_category)
    trends: dict[str, Trend] = {
        change.name: "alta" if change.points > 0 else "queda" for change in changed if change.kind == CATEGORY
    }
    return {
        category: CategoryNumbers(
            quantidade=now.by_category[category],
            quantidade_anterior=before.by_category[category],
            percentual=shares[category],
            percentual_anterior=shares_before[category],
            diferenca_pontos=round(shares[category] - shares_before[category], 1),
            tendencia=trends.get(category, "estavel"),
        )
        for category in Category
    }


def _most_tagged(now: Figures, *categories: Category, most: int | None = MOST_NAMED) -> list[TagCount]:
    """The most frequent tags among the comments of these categories; most: how many, None for all."""
    counts = {
        tag: sum(by_category[category] for category in categories)
        for tag, by_category in now.by_tag_and_category.items()
    }
    names = sorted((tag for tag in counts if counts[tag]), key=lambda tag: (-counts[tag], tag))
    return [TagCount(tag=tag, quantidade=counts[tag]) for tag in names[:most]]


def _mean_confidence(now: Figures) -> float | None:
    """Of all categories together, weighted by their comments; to two places."""
    known = [(mean, now.by_category[category]) for category, mean in now.mean_confidence.items() if mean is not None]
    weight = sum(count for _mean, count in known)
    return round(sum(mean * count for mean, count in known) / weight, 2) if weight else None


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
