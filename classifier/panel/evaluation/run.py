"""One run: its figures, where it went wrong, and each comment that it has wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy

from alumusic.panel import PanelPage
from classifier.models import Category, Run, RunAnswer
from classifier.panel.evaluation import plots
from classifier.panel.evaluation.words import Told, told, told_of_category

A_PAGE = 50
NO_ANSWER = "nenhuma"
OVERALL = [
    ("macro_f1", gettext_lazy("Macro-F1")),
    ("acuracia", gettext_lazy("Accuracy")),
    ("cobertura", gettext_lazy("Coverage")),
    ("kappa", gettext_lazy("Kappa")),
    ("ece", gettext_lazy("Calibration error (ECE)")),
]


@dataclass(frozen=True, slots=True)
class CategoryRow:
    category: Category
    precision: Told
    recall: Told
    f1: Told
    n: int


@dataclass(frozen=True, slots=True)
class Cell:
    """query: what shows the comments behind it. right: on the diagonal. heat: 0 to 5, its share of the row."""

    count: int
    query: str
    right: bool
    heat: int
    title: str


class RunPage(PanelPage):
    title = gettext_lazy("Evaluation")
    permissions = {"GET": "classifier.view_run"}
    template_name = "classifier/evaluation/run.html"

    @cached_property
    def run(self) -> Run:
        return get_object_or_404(Run.objects.select_related("data_set"), pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        figures = self.run.figures
        answers, chosen = self.answers()
        page = Paginator(answers, A_PAGE).get_page(request.GET.get("pagina"))
        return self.page(
            title=str(self.run),
            run=self.run,
            overall=[(name, told(figures[key])) for key, name in OVERALL],
            categories=list(category_rows(figures)),
            matrix=list(matrix(figures)),
            said=Category.values,
            plot=plots.reliability(figures["confiabilidade"]),
            bands=figures["faixas_de_confianca"],
            checks=figures["limiares"],
            page=page,
            chosen=chosen,
            query=urlencode(chosen),
            erased=self.run.data_set.size - self.run.answers.count(),
            may_delete=request.user.has_perm("classifier.delete_run"),
        )

    def answers(self) -> tuple[QuerySet[RunAnswer], dict[str, str]]:
        """Those asked for, the surest first, and by what; the wrong ones where nothing, or nonsense, is asked."""
        rows = self.run.answers.select_related("item__comment")
        rows = rows.order_by(F("confidence").desc(nulls_last=True), "item__position")
        true, said = self.request.GET.get("categoria", ""), self.request.GET.get("dita", "")
        if true not in Category.values or said not in [*Category.values, NO_ANSWER]:
            return rows.wrong(), {}
        of_it = rows.filter(item__category=true, category=None if said == NO_ANSWER else said)
        return of_it, {"categoria": true, "dita": said}


def category_rows(figures: dict[str, Any]) -> Iterator[CategoryRow]:
    for category in Category:
        found = figures["categorias"][category.value]
        precision, recall, f1 = (told_of_category(found, name) for name in ("precision", "recall", "f1"))
        yield CategoryRow(category, precision, recall, f1, found["n"])


def matrix(figures: dict[str, Any]) -> Iterator[tuple[Category, list[Cell]]]:
    """A row a true category: what was said, in the declared order, and then how many have no answer."""
    found = figures["matriz_confusao"]
    columns = [*found["categorias"], NO_ANSWER]
    for category, row, without in zip(Category, found["linhas"], found["sem_resposta"], strict=True):
        counts = [*row, without]
        total = sum(counts) or 1
        yield (
            category,
            [
                Cell(
                    count=count,
                    query=urlencode({"categoria": category.value, "dita": said}),
                    right=said == category.value,
                    heat=min(5, -(-5 * count // total)),
                    title=f"{category.value} → {said}",
                )
                for said, count in zip(columns, counts, strict=True)
            ],
        )
