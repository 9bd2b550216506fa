"""Two runs side by side: their figures, what can be said of the difference, and the comments that flipped."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alumusic.panel import PanelPage
from classifier.evaluation import runs
from classifier.evaluation.comparison import Comparison, Outcome
from classifier.evaluation.metrics import Figure
from classifier.evaluation.runs import DifferentDataError, NoSuchRunError, Sheet
from classifier.models import Category, Run
from classifier.panel.evaluation.words import Told, told, told_difference, told_of_category

LIST = "admin:classifier_run_changelist"
MOST_FLIPS = 200
SMALLEST_P = 0.0001
NOTES = {Outcome.BETTER: "good", Outcome.WORSE: "danger", Outcome.UNDECIDED: "warning"}


@dataclass(frozen=True, slots=True)
class Row:
    """category: where it is a category's F1."""

    name: str
    first: Told
    second: Told
    difference: Told | None
    category: str = ""


class RunComparison(PanelPage):
    title = gettext_lazy("Two evaluations side by side")
    permissions = {"GET": "classifier.view_run"}
    template_name = "classifier/evaluation/versus.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            first, second = (runs.load(int(request.GET.get(name, ""))) for name in ("a", "b"))
        except (ValueError, NoSuchRunError):
            messages.error(request, _("Choose two evaluations that are there."))
            return redirect(LIST)
        return self.shown(first, second)

    def shown(self, first: Sheet, second: Sheet) -> HttpResponseBase:
        one, two = _run(first), _run(second)
        try:
            result, flips = runs.compare(first, second)
        except DifferentDataError:
            return self.page(first=one, second=two, rows=rows(one, two, None))
        return self.page(
            first=one,
            second=two,
            rows=rows(one, two, result),
            result=result,
            note=NOTES[result.outcome],
            p=f"= {result.p:.4f}" if result.p >= SMALLEST_P else f"< {SMALLEST_P}",
            flips=flips[:MOST_FLIPS],
            mended=sum(flip.mended for flip in flips),
            broken=sum(not flip.mended for flip in flips),
            more=max(0, len(flips) - MOST_FLIPS),
        )


def _run(sheet: Sheet) -> Run:
    """What `runs.load` gave has one."""
    if sheet.run is None:
        raise NoSuchRunError
    return sheet.run


def rows(first: Run, second: Run, result: Comparison | None) -> list[Row]:
    changes = {"macro_f1": result.macro_f1, "acuracia": result.accuracy} if result else {}
    overall = [
        Row(name, told(first.figures[key]), told(second.figures[key]), _difference(changes.get(key)))
        for key, name in (
            ("macro_f1", _("Macro-F1")),
            ("acuracia", _("Accuracy")),
            ("ece", _("Calibration error (ECE)")),
            ("cobertura", _("Coverage")),
        )
    ]
    of_categories = result.f1 if result else [None] * len(Category)
    return overall + [
        Row("F1", _f1(first, category), _f1(second, category), _difference(change), category.value)
        for category, change in zip(Category, of_categories, strict=True)
    ]


def _f1(run: Run, category: Category) -> Told:
    return told_of_category(run.figures["categorias"][category.value], "f1")


def _difference(figure: Figure | None) -> Told | None:
    return None if figure is None else told_difference(figure)
