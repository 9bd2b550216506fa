"""An engine's second look at comments that a person chose: asked for in the list, followed on a page of its own."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alumusic.panel import PanelPage
from alumusic.problems import Invalid
from classifier import relabelling
from classifier.models import Batch, Comment, Relabelling
from classifier.panel.filters import read_filters
from classifier.panel.forms import SelectionForm
from classifier.panel.way_back import way_back

MOST = 10_000
Kind = Relabelling.EngineKind


def engines() -> list[tuple[str, Any]]:
    """Those that can be asked."""
    return [(kind.value, kind.label) for kind in Kind if kind is not Kind.LLM or settings.OPENAI_API_KEY]


class Relabel(PanelPage):
    """Asks for what is ticked or, with `all`, for all that the list's filter finds."""

    title = gettext_lazy("Label again")
    permissions = {"POST": "classifier.review_comment"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        engine = request.POST.get("engine", "")
        if engine not in dict(engines()):
            messages.error(request, _("This engine cannot be asked."))
            return redirect(way_back(request))
        ids = self.of_filter() if "all" in request.POST else self.ticked()
        if ids is None:
            return redirect(way_back(request))
        batch = relabelling.request(
            Comment.objects.filter(pk__in=ids), engine=Kind(engine), by=cast(User, request.user)
        )
        return redirect("admin:relabelling", batch.pk)

    def ticked(self) -> list[int] | None:
        form = SelectionForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, str(form.non_field_errors()[0]))
            return None
        return list(form.cleaned_data["chosen"])

    def of_filter(self) -> list[int] | None:
        try:
            query = read_filters(self.request)
        except Invalid as invalid:
            messages.error(self.request, str(invalid.detail))
            return None
        comments = query.comments().order_by(*query.sorted().expressions())
        ids = list(comments.values_list("pk", flat=True)[: MOST + 1])
        if not 0 < len(ids) <= MOST:
            sentence = _("An engine labels 1 to %(n)s comments again at once. Filter further.")
            messages.error(self.request, sentence % {"n": MOST})
            return None
        return ids


class Progress(PanelPage):
    """How far the engine is; the page asks again until it is done."""

    title = gettext_lazy("Label again")
    permissions = {"GET": "classifier.view_comment"}
    template_name = "classifier/relabelling.html"

    def get(self, request: HttpRequest, batch: UUID) -> HttpResponseBase:
        asked = Batch.objects.filter(pk=batch).first()
        if asked is None or not (asked.owner_id == request.user.pk or request.user.has_perm("classifier.view_batch")):
            raise Http404
        total, left = asked.items.count(), asked.relabellings.count()
        if not request.accepts("text/html"):
            return JsonResponse({"total": total, "done": total - left})
        return self.page(batch=asked, total=total, done=total - left)
