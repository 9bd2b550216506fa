"""One comment: what it says, what is said of it, what happened to it, and the form to decide."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from alumusic.panel import PanelPage
from classifier.models import Category, Comment, Sitting, Tag
from classifier.panel.forms import CorrectionForm
from classifier.panel.timeline import Event, timeline
from classifier.review import verdicts
from classifier.review.alike import look_alikes

MOST_LOOK_ALIKES = 8


class LookAlikes(PanelPage):
    """The comments of nearly the same meaning, as a part of the page; asked for once the page is there."""

    title = gettext_lazy("Look-alikes")
    permissions = {"GET": "classifier.view_comment"}
    template_name = "classifier/look_alikes.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        comment = get_object_or_404(Comment, pk=pk)
        found = look_alikes(comment, Sitting(curator=cast(User, request.user)))[:MOST_LOOK_ALIKES]
        may_know = request.user.has_perm("classifier.review_comment")
        return render(request, self.template_name, {"found": found, "may_know": may_know})


class CommentPage(PanelPage):
    title = gettext_lazy("Comment")
    permissions = {"GET": "classifier.view_comment", "POST": "classifier.review_comment"}
    template_name = "classifier/comment.html"

    @cached_property
    def comment(self) -> Comment:
        return get_object_or_404(Comment.objects.with_tags(), pk=self.kwargs["pk"])

    @cached_property
    def events(self) -> list[Event]:
        return timeline(self.comment, with_names=self.request.user.has_perm("classifier.review_comment"))

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return self.shown(self.fresh_form())

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        form = CorrectionForm(request.POST, comment=self.comment)
        if not form.is_valid():
            return self.shown(form, status=422)
        decision = form.cleaned_data
        if self.said_already(decision):
            return self.done()
        if decision["seen_version"] != self.comment.version:
            return self.slower(form)
        try:
            verdicts.correct(
                self.comment,
                reviewer=cast(User, request.user),
                category=Category(decision["category"]),
                tags=decision["tags"],
                note=decision["note"],
            )
        except verdicts.ChangedMeanwhile:
            del self.comment
            return self.slower(form)
        return self.done()

    def said_already(self, decision: dict[str, Any]) -> bool:
        """Whether this is the second press of one key: the same person's decision stands there already."""
        if decision["seen_version"] == self.comment.version:
            return False
        last = self.comment.reviews.order_by("-id").first()
        decided = (decision["category"], Tag.objects.today(decision["tags"]))
        return (
            last is not None
            and last.reviewer_id == self.request.user.pk
            and last.created_at >= decision["seen_at"]
            and decided == (last.category, last.tags) == (self.comment.category, self.comment.tag_names)
        )

    def done(self) -> HttpResponseBase:
        messages.success(self.request, _("Your decision is recorded."))
        return redirect(self.request.get_full_path())

    def slower(self, form: CorrectionForm) -> HttpResponseBase:
        """The form as it was filled in, below what others did meanwhile; sent again, it decides over theirs."""
        meanwhile = [event for event in self.events if event.when >= form.cleaned_data["seen_at"]]
        data = form.data.copy()  # type: ignore[attr-defined]
        data.update(self.seen())
        data["seen_version"], data["seen_at"] = self.seen()["seen_version"], self.seen()["seen_at"]
        again = CorrectionForm(data, comment=self.comment)
        again.is_valid()
        return self.shown(again, status=409, slower=True, meanwhile=meanwhile)

    def fresh_form(self) -> CorrectionForm:
        return CorrectionForm(initial={"category": self.comment.category, **self.seen()}, comment=self.comment)

    def seen(self) -> dict[str, Any]:
        return {"seen_version": self.comment.version, "seen_at": timezone.now().isoformat()}

    def shown(self, form: CorrectionForm, *, status: int = 200, **context: Any) -> HttpResponseBase:
        may = self.request.user.has_perm
        return self.page(
            status=status,
            title=_("Comment %(id)s") % {"id": self.comment.external_id},
            comment=self.comment,
            form=form,
            events=self.events,
            vocabulary=Tag.objects.living().values_list("name", flat=True),
            metadata=sorted(self.comment.metadata.items()),
            may_review=may("classifier.review_comment"),
            may_delete=may("classifier.delete_comment"),
            **context,
        )
