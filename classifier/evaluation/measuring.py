"""All figures of one engine on one data set, and how they stand in JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from classifier.models import Category

from . import intervals, metrics
from .asking import Answer
from .metrics import NOT_ANSWERED, Bin, Confusion, Figure

CATEGORIES = tuple(Category)
PLACES = {category: place for place, category in enumerate(CATEGORIES)}


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    precision: Figure
    recall: Figure
    f1: Figure
    n: int


@dataclass(frozen=True, slots=True)
class Measured:
    """of_categories: in the declared order. ece: over bins of equal mass; reliability: bins of equal width."""

    matrix: Confusion
    of_categories: Sequence[CategoryFigures]
    accuracy: Figure
    coverage: Figure
    macro_f1: Figure
    kappa: Figure
    ece: Figure
    ece_fixed: Figure
    reliability: Sequence[Bin]
    bands: Sequence[Bin]


def places(categories: Sequence[Category | None]) -> list[int]:
    return [NOT_ANSWERED if category is None else PLACES[category] for category in categories]


def measured(truth: Sequence[Category], answers: Sequence[Answer]) -> Measured:
    matrix = Confusion.of(places(truth), places([each.category for each in answers]), categories=len(CATEGORIES))
    given = [
        (answer.confidence, answer.category == right)
        for right, answer in zip(truth, answers, strict=True)
        if answer.confidence is not None
    ]
    confidence, correct = [pair[0] for pair in given], [pair[1] for pair in given]
    reliability = metrics.reliability(confidence, correct)
    return Measured(
        matrix=matrix,
        of_categories=[_of_category(matrix, place) for place in range(len(CATEGORIES))],
        accuracy=intervals.accuracy(matrix),
        coverage=metrics.coverage(matrix),
        macro_f1=intervals.macro_f1(matrix),
        kappa=metrics.kappa(matrix),
        ece=metrics.expected_calibration_error(confidence, correct),
        ece_fixed=metrics.fixed_width_calibration_error(reliability),
        reliability=reliability,
        bands=metrics.by_confidence(confidence, correct),
    )


def _of_category(matrix: Confusion, place: int) -> CategoryFigures:
    return CategoryFigures(
        precision=intervals.precision(matrix, place),
        recall=intervals.recall(matrix, place),
        f1=intervals.f1(matrix, place),
        n=matrix.support(place),
    )


def as_json(found: Measured) -> dict[str, Any]:
    """Without NaN: where there is no number stands null, and why."""
    return {
        "n": found.matrix.n,
        "respondidos": found.matrix.answered,
        "cobertura": figure_as_json(found.coverage),
        "acuracia": figure_as_json(found.accuracy),
        "macro_f1": figure_as_json(found.macro_f1),
        "kappa": figure_as_json(found.kappa),
        "ece": figure_as_json(found.ece),
        "ece_largura_fixa": figure_as_json(found.ece_fixed),
        "categorias": {
            category.value: _category_as_json(figures)
            for category, figures in zip(CATEGORIES, found.of_categories, strict=True)
        },
        "matriz_confusao": {
            "categorias": [category.value for category in CATEGORIES],
            "linhas": found.matrix.counts[:, :-1].tolist(),
            "sem_resposta": found.matrix.counts[:, -1].tolist(),
        },
        "confiabilidade": [_bin_as_json(each) for each in found.reliability],
        "faixas_de_confianca": [_bin_as_json(each) for each in found.bands],
    }


def figure_as_json(figure: Figure) -> dict[str, Any]:
    return {
        "valor": figure.value,
        "intervalo": list(figure.interval) if figure.interval else None,
        "motivo": figure.missing.value if figure.missing else None,
    }


def _category_as_json(found: CategoryFigures) -> dict[str, Any]:
    figures = {"precision": found.precision, "recall": found.recall, "f1": found.f1}
    return {
        **{name: figure.value for name, figure in figures.items()},
        "n": found.n,
        "intervals": {name: list(each.interval) if each.interval else None for name, each in figures.items()},
        "reasons": {name: each.missing.value for name, each in figures.items() if each.missing},
    }


def _bin_as_json(found: Bin) -> dict[str, Any]:
    return {
        "de": found.low,
        "ate": found.high,
        "n": found.count,
        "certos": found.right,
        "confianca_media": found.confidence,
        "acuracia": found.accuracy,
    }
