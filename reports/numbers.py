"""A week's numbers, beside those of the week before: what a summary stores and every number in its text comes from."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from alumusic.weeks import Week
from classifier.models import Category
from reports import vocabulary
from reports.chance import Counted, not_chance
from reports.figures import Figures, between, percentages

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
    tags = [
        TagNumbers(tag=name, quantidade=now.by_tag.get(name, 0), quantidade_anterior=before.by_tag.get(name, 0))
        for name in sorted(now.by_tag.keys() | before.by_tag.keys())
    ]
    return Numbers(
        total=now.total,
        total_anterior=before.total,
        variacao_percentual=_percent(now.total - before.total, before.total),
        sem_rotulo=now.unlabelled,
        categorias=_categories(now, before),
        tags=sorted((tag for tag in tags if tag.quantidade), key=lambda tag: -tag.quantidade)[:MOST_TAGS],
        tags_em_alta=_changed(tags, now, before, up=True),
        tags_em_queda=_changed(tags, now, before, up=False),
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


def _categories(now: Figures, before: Figures) -> dict[Category, CategoryNumbers]:
    shares, shares_before = percentages(now.by_category), percentages(before.by_category)
    surprising = not_chance(
        [Counted(now.by_category[c], now.labelled, before.by_category[c], before.labelled) for c in Category]
    )
    return {
        category: CategoryNumbers(
            quantidade=now.by_category[category],
            quantidade_anterior=before.by_category[category],
            percentual=shares[category],
            percentual_anterior=shares_before[category],
            diferenca_pontos=round(shares[category] - shares_before[category], 1),
            tendencia=_trend(shares[category] - shares_before[category], real=real),
        )
        for category, real in zip(Category, surprising, strict=True)
    }


def _trend(difference: float, *, real: bool) -> Trend:
    if not real:
        return "estavel"
    return "alta" if difference > 0 else "queda"


def _changed(tags: Iterable[TagNumbers], now: Figures, before: Figures, *, up: bool) -> list[TagNumbers]:
    """The tags whose share rose (or fell) by more than chance, the largest change first."""
    tags = list(tags)
    counted = [Counted(tag.quantidade, now.labelled, tag.quantidade_anterior, before.labelled) for tag in tags]
    real = not_chance(counted)
    found = [
        (abs(each.difference), tag)
        for tag, each, is_real in zip(tags, counted, real, strict=True)
        if is_real and (each.difference > 0) == up
    ]
    return [tag for _difference, tag in sorted(found, key=lambda pair: (-pair[0], pair[1].tag))][:MOST_CHANGES]


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
