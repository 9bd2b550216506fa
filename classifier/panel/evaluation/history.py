"""All runs: how good the engines were, from one to the next."""

from dataclasses import dataclass

from django.db.models import Count, Max
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy

from alumusic.panel import PanelPage
from classifier.models import DataSet, Run
from classifier.panel.evaluation import plots
from classifier.panel.evaluation.words import Told, told

MOST = 100


@dataclass(frozen=True, slots=True)
class Row:
    run: Run
    macro_f1: Told
    ece: Told
    coverage: Told


class RunList(PanelPage):
    """The runs on one data set, that of the newest run unless another is asked for: others cannot be compared."""

    title = gettext_lazy("Evaluations")
    permissions = {"GET": "classifier.view_run"}
    template_name = "classifier/evaluation/runs.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        sets = list(
            DataSet.objects.annotate(count=Count("runs"), last=Max("runs__started_at"))
            .filter(count__gt=0)
            .order_by("-last", "-pk")
        )
        asked = request.GET.get("dados", "")
        shown = next((each for each in sets if each.short_hash == asked), sets[0] if sets else None)
        runs = list(Run.objects.newest_first().filter(data_set=shown)[:MOST]) if shown else []
        return self.page(
            sets=sets,
            shown=shown,
            plot=plots.history(runs),
            rows=[Row(run, *(told(run.figures[name]) for name in ("macro_f1", "ece", "cobertura"))) for run in runs],
            first=runs[1].pk if len(runs) > 1 else None,
            second=runs[0].pk if len(runs) > 1 else None,
        )
