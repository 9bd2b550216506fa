"""The list of comments: any filter of a million rows at once, and what can be done with what it shows."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from alumusic.panel import PanelPage
from alumusic.problems import Invalid
from classifier import paging
from classifier.api.attachment import attachment
from classifier.models import Category, Comment, CommentState, Step, Tag
from classifier.panel.filters import BAND_NAMES, ListQuery, query_string, read_filters
from classifier.panel.forms import BulkForm
from classifier.panel.relabelling import engines
from classifier.panel.way_back import way_back
from classifier.review import bulk
from classifier.review.verdicts import Decision

PAGE_SIZE = 50
MOST_COUNTED = 10_000
LAST_BULK = "last_bulk"


@dataclass(frozen=True, slots=True)
class Sorting:
    """A column's order: what a click on its head asks for, and whether it is the one that is on."""

    url: str
    on: bool
    up: bool


class CommentList(PanelPage):
    title = gettext_lazy("Comments")
    permissions = {"GET": "classifier.view_comment"}
    template_name = "classifier/comments.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        try:
            query = read_filters(request)
            found = paging.page(query.comments().with_tags(), query.sorted(), cursor=query.cursor, limit=PAGE_SIZE)
        except Invalid as invalid:
            return self.page(status=400, faults=[error.detail for error in invalid.errors], **self.choices())
        may = request.user.has_perm
        return self.page(
            query=query,
            comments=found.rows,
            next=found.next and query_string(request, cursor=found.next),
            previous=found.previous and query_string(request, cursor=found.previous),
            filtered=bool(query_string(request, cursor=None, ordem=None)),
            by_moment=self.sorting(query, down=None, up="antigos"),
            by_confidence=self.sorting(query, down="desc", up="asc"),
            may_review=may("classifier.review_comment"),
            may_export=may("classifier.export_comment"),
            filters=query_string(request, cursor=None),
            bulk=BulkForm(),
            last_bulk=last_bulk(request),
            relabelling_engines=engines(),
            **self.choices(),
        )

    def choices(self) -> dict[str, Any]:
        return {
            "categories": Category.choices,
            "states": CommentState.choices,
            "bands": BAND_NAMES,
            "engines": Comment.objects.engines(),
            "tags": Tag.objects.living().values_list("name", flat=True),
            "chosen": self.request.GET,
            "more_filters": any(self.request.GET.get(name) for name in ("faixa", "estado", "motor", "substituido")),
        }

    def sorting(self, query: ListQuery, *, down: str | None, up: str) -> Sorting:
        on = query.order in (down, up)
        going_up = query.order == up
        target = down if going_up or not on else up
        return Sorting(query_string(self.request, cursor=None, ordem=target) or "?", on, going_up)


class CommentCount(PanelPage):
    """How many the list's filter finds; asked for once the list is there, so that nobody waits for it."""

    title = gettext_lazy("Comments")
    permissions = {"GET": "classifier.view_comment"}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        count = read_filters(request).comments().count_up_to(MOST_COUNTED + 1)
        if count > MOST_COUNTED:
            sentence = _("more than %(n)s comments") % {"n": number_format(MOST_COUNTED)}
        else:
            sentence = ngettext("%(n)s comment", "%(n)s comments", count) % {"n": number_format(count)}
        return JsonResponse({"sentence": sentence})


class CommentExport(PanelPage):
    """Exactly what the list's filter finds, in the list's order."""

    title = gettext_lazy("Export")
    permissions = {"GET": "classifier.export_comment"}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        query = read_filters(request)
        comments = query.comments().order_by(*query.sorted().expressions())
        return attachment(request, comments, form=query.form, raw=False)


class BulkCorrection(PanelPage):
    """One verdict for all that was ticked in the list, recorded for each."""

    title = gettext_lazy("Correct the selection")
    permissions = {"POST": "classifier.review_comment"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = BulkForm(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, str(errors[0]))
            return redirect(way_back(request))
        done = bulk.correct(
            form.cleaned_data["chosen"],
            Decision(form.cleaned_data["category"], note=form.cleaned_data["note"]),
            reviewer=cast(User, request.user),
        )
        if done.step:
            request.session[LAST_BULK] = str(done.step.pk)
        if done.left:
            messages.warning(request, self.left_alone(done.left))
        return redirect(way_back(request))

    @staticmethod
    def left_alone(comments: Sequence[Comment]) -> str:
        sentence = ngettext(
            "%(n)s stays as it is: somebody changed it meanwhile, or it has no category to confirm. %(ids)s",
            "%(n)s stay as they are: somebody changed them meanwhile, or they have no category to confirm. %(ids)s",
            len(comments),
        )
        ids = ", ".join(comment.external_id for comment in comments[:5]) + ("…" if len(comments) > 5 else "")
        return sentence % {"n": len(comments), "ids": ids}


class BulkUndo(PanelPage):
    """Takes back the last verdict on a selection, whole."""

    title = gettext_lazy("Take back")
    permissions = {"POST": "classifier.review_comment"}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        step = last_bulk(request)
        request.session.pop(LAST_BULK, None)
        if step is None:
            messages.warning(request, _("There is nothing left to take back."))
            return redirect(way_back(request))
        outcome = bulk.undo(step)
        count = len(outcome.reviews)
        sentence = ngettext("%(n)s decision taken back.", "%(n)s decisions taken back.", count)
        messages.success(request, sentence % {"n": number_format(count)})
        for left in outcome.left_out[:5]:
            messages.warning(request, left.reason)
        return redirect(way_back(request))


def last_bulk(request: HttpRequest) -> Step | None:
    """The last verdict that the reader gave on a selection in this session, where it can still be taken back."""
    key = request.session.get(LAST_BULK)
    return bulk.undoable(uuid.UUID(key), cast(User, request.user)) if key else None
