"""What the embedded engine learned: candidates, why each serves or not, and the button that changes which one does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alumusic.panel import PanelPage
from alumusic.problems import NotFound
from classifier.engines import embedded_engine
from classifier.learning import promotion
from classifier.learning.reasons import points, told
from classifier.models import Candidate, Category, Promotion

MOST = 50
PAGE = "admin:learning"
SETS = {"vereditos": gettext_lazy("Verdicts held back"), "escritos": gettext_lazy("Written comments held back")}


@dataclass(frozen=True, slots=True)
class Line:
    """A figure before and after. change: its 95 % interval, in words."""

    name: str
    before: float | None
    after: float | None
    change: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A candidate as the page shows it. lines: by set, the macro-F1 first."""

    candidate: Candidate
    serves: bool
    reasons: list[str]
    sets: list[tuple[str, int, list[Line]]]


class Learning(PanelPage):
    title = gettext_lazy("Learning")
    permissions = {"GET": "classifier.view_candidate", "POST": "classifier.promote_candidate"}
    menu_order = 46
    template_name = "classifier/learning/candidates.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.shown()

    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Changes what serves; `seen` is the newest act that the page showed, so that two people don't cross."""
        acts: dict[str, Callable[[User, int | None], Promotion]] = {
            "promote": self.promote,
            "roll_back": self.roll_back,
        }
        act = acts.get(request.POST.get("act", ""))
        seen = request.POST.get("seen", "")
        if act is None or not (seen.isdecimal() or not seen):
            return self.shown(status=400)
        try:
            made = act(cast(User, request.user), int(seen) if seen else None)
        except (promotion.AlreadyServes, promotion.DoesNotFit, NotFound) as problem:
            messages.error(request, str(problem.detail))
            return redirect(PAGE)
        name = made.candidate.version if made.candidate else _("the model that ships")
        messages.success(request, _("%(model)s is in service; every process follows within seconds.") % {"model": name})
        return redirect(PAGE)

    def promote(self, by: User, seen: int | None) -> Promotion:
        key = self.request.POST.get("candidate", "")
        chosen = get_object_or_404(Candidate, pk=key) if key.isdecimal() else None
        return promotion.promote(chosen, by=by, instead_of=seen)

    def roll_back(self, by: User, seen: int | None) -> Promotion:
        return promotion.roll_back(by=by, instead_of=seen)

    def shown(self, *, status: int = 200) -> HttpResponseBase:
        acts = list(Promotion.objects.newest_first()[:MOST])
        serving = acts[0].candidate if acts else None
        candidates = Candidate.objects.select_related("created_by").order_by("-pk")[:MOST]
        return self.page(
            status=status,
            candidates=[shown_of(each, serves=each == serving) for each in candidates],
            acts=acts,
            seen=acts[0].pk if acts else "",
            serving=serving,
            works_with=embedded_engine().name,
            before=(acts[1].candidate if len(acts) > 1 else None) if acts else None,
            may_promote=self.permits(self.request, "POST"),
        )


def shown_of(candidate: Candidate, *, serves: bool) -> Shown:
    sets = [(str(SETS[name]), figures["n"], _lines(figures)) for name, figures in candidate.figures.items()]
    return Shown(candidate, serves, [told(reason) for reason in candidate.reasons], sets)


def _lines(figures: dict[str, Any]) -> list[Line]:
    before, after = figures["before"], figures["after"]
    overall = Line("Macro-F1", before["macro_f1"], after["macro_f1"], points(figures["macro_f1"]["interval"]))
    each = [
        Line(name, before["f1"][name], after["f1"][name], points(figures["f1"][name]["interval"]))
        for name in Category.values
    ]
    return [overall, *each]
