"""The vocabulary: how often each tag is used, since when, which are probably the same, and what people do to them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.db.models import Count, F, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from alumusic.panel import PanelPage
from classifier import vocabulary
from classifier.models import CommentTag, Tag
from classifier.panel.forms import DescriptionForm, MergeForm, NewTagForm, RenameForm
from classifier.synonyms import probably_the_same

LIST = "admin:classifier_tag_changelist"
PAGE = "admin:classifier_tag_change"
MONTH = timedelta(days=30)


def with_figures(tags: QuerySet[Tag]) -> QuerySet[Tag]:
    """Each with its uses of the last 30 days and of the 30 before, its first and its last comment's moment.

    A subquery each, so that the index of (tag, moment) is read over that month alone and not from end to end.
    """
    now = timezone.now()
    links = CommentTag.objects.filter(tag=OuterRef("pk")).order_by()

    def uses(since: Any, until: Any) -> Coalesce:
        counted = links.filter(moment__gte=since, moment__lt=until).values("tag").annotate(n=Count("*")).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))

    return tags.annotate(
        uses=uses(now - MONTH, now + MONTH),
        uses_before=uses(now - 2 * MONTH, now - MONTH),
        first_use=Subquery(links.order_by("moment", "comment").values("moment")[:1]),
        last_use=Subquery(links.order_by("-moment", "-comment").values("moment")[:1]),
    )


class TagList(PanelPage):
    title = gettext_lazy("Tags")
    permissions = {"GET": "classifier.view_tag", "POST": "classifier.add_tag"}
    template_name = "classifier/tags.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return self.shown(NewTagForm())

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = NewTagForm(request.POST)
        if not form.is_valid():
            return self.shown(form, status=422)
        try:
            tag = vocabulary.add(by=cast(User, request.user), **form.cleaned_data)
        except vocabulary.NameTaken as taken:
            form.add_error("name", str(taken.detail))
            return self.shown(form, status=409)
        messages.success(request, _("%(tag)s is in the vocabulary.") % {"tag": tag.name})
        return redirect(LIST)

    def shown(self, form: NewTagForm, *, status: int = 200) -> HttpResponseBase:
        may = self.request.user.has_perm
        tags = sorted(with_figures(Tag.objects.standing()), key=lambda tag: (-tag.uses, tag.name))  # type: ignore[attr-defined]
        living = [tag for tag in tags if tag.retired_at is None]
        may_change = may("classifier.change_tag")
        return self.page(
            status=status,
            tags=living,
            retired=[tag for tag in tags if tag.retired_at is not None],
            pairs=probably_the_same(living, lambda tag: tag.uses) if may_change else [],  # type: ignore[attr-defined]
            form=form,
            may_add=may("classifier.add_tag"),
            may_change=may_change,
        )


class TagPage(PanelPage):
    """One tag, its history and a form for each thing that can be done to it; the button pressed says which."""

    title = gettext_lazy("Tag")
    permissions = {"GET": "classifier.view_tag", "POST": "classifier.change_tag"}
    template_name = "classifier/tag.html"

    @cached_property
    def tag(self) -> Tag:
        return get_object_or_404(with_figures(Tag.objects.all()), pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if self.tag.merged_into_id:
            return redirect(PAGE, self.tag.merged_into_id)
        return self.shown()

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        acts: dict[str, Callable[[User], HttpResponseBase]] = {
            "describe": self.describe,
            "rename": self.rename,
            "merge": self.merge,
            "retire": self.retire,
            "restore": self.restore,
            "tell_apart": self.tell_apart,
        }
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            return self.shown(status=400)
        try:
            return act(cast(User, request.user))
        except (vocabulary.TagGone, vocabulary.NameTaken) as problem:
            messages.error(request, str(problem.detail))
            return redirect(LIST)

    def describe(self, by: User) -> HttpResponseBase:
        form = DescriptionForm(self.request.POST)
        if not form.is_valid():
            return self.shown(status=422, description=form)
        vocabulary.describe(self.tag, form.cleaned_data["description"], by=by)
        return self.said(_("The description is kept."))

    def rename(self, by: User) -> HttpResponseBase:
        form = RenameForm(self.request.POST)
        if not form.is_valid():
            return self.shown(status=422, renaming=form)
        if form.cleaned_data["name"] == self.tag.name:
            return self.said(_("That is its name already."))
        try:
            renamed, following = vocabulary.rename(self.tag, form.cleaned_data["name"], by=by)
        except vocabulary.NameTaken as taken:
            form.add_error("name", str(taken.detail))
            return self.shown(status=409, renaming=form)
        told = _("%(old)s is now called %(new)s; the old name still finds it.") % {
            "old": self.tag.name,
            "new": renamed.name,
        }
        return self.said(f"{told} {_followed(following)}", tag=renamed)

    def merge(self, by: User) -> HttpResponseBase:
        form = MergeForm(self.request.POST, tag=self.tag)
        if not form.is_valid():
            return self.shown(status=422, merging=form)
        target = form.cleaned_data["target"]
        following = vocabulary.merge(self.tag, target, by=by)
        told = _("%(old)s is merged into %(new)s.") % {"old": self.tag.name, "new": target.name}
        return self.said(f"{told} {_followed(following)}", tag=target)

    def retire(self, by: User) -> HttpResponseBase:
        vocabulary.retire(self.tag, by=by)
        return self.said(_("%(tag)s is retired: no comment gets it any more.") % {"tag": self.tag.name})

    def restore(self, by: User) -> HttpResponseBase:
        vocabulary.restore(self.tag, by=by)
        return self.said(_("%(tag)s is in use again.") % {"tag": self.tag.name})

    def tell_apart(self, by: User) -> HttpResponseBase:
        form = MergeForm(self.request.POST, tag=self.tag)
        if form.is_valid():
            vocabulary.tell_apart(self.tag, form.cleaned_data["target"], by=by)
            messages.success(self.request, _("They will not be proposed again."))
        return redirect(LIST)

    def said(self, sentence: str, *, tag: Tag | None = None) -> HttpResponseBase:
        messages.success(self.request, sentence)
        return redirect(PAGE, (tag or self.tag).pk)

    def shown(self, *, status: int = 200, **forms: Any) -> HttpResponseBase:
        may = self.request.user.has_perm
        tag = self.tag
        return self.page(
            status=status,
            title=tag.name,
            tag=tag,
            total=tag.comment_tags.count(),
            former=tag.former.values_list("name", flat=True).order_by("name"),
            behind=CommentTag.objects.filter(tag__merged_into=tag).count(),
            acts=tag.acts.annotate(who=F("actor__username")).order_by("-created_at", "-pk"),
            vocabulary=Tag.objects.living().exclude(pk=tag.pk).values_list("name", flat=True),
            may_change=may("classifier.change_tag"),
            **{
                "description": DescriptionForm(initial={"description": tag.description}),
                "renaming": RenameForm(initial={"name": tag.name}),
                "merging": MergeForm(tag=tag),
                **forms,
            },
        )


def _followed(following: vocabulary.Following) -> str:
    if not following.complete:
        return _("Its comments follow in the background.")
    if not following.moved:
        return ""
    sentence = ngettext("%(n)s comment followed.", "%(n)s comments followed.", following.moved)
    return sentence % {"n": following.moved}
