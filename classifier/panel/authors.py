"""What is kept of one author: looked up, handed over, erased; for administrators alone."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from alumusic.json_input import UNSTORABLE
from alumusic.panel import PanelPage
from classifier import authors
from classifier.api import author_file
from classifier.models import AuthorRequest, Comment

PERMISSION = "classifier.erase_author"
MOST_AT_ONCE = 2_000
SHOWN = 3
LAST_REQUESTS = 10


class AuthorForm(forms.Form):
    autor = forms.CharField(
        label=gettext_lazy("Author"),
        max_length=Comment.author.field.max_length,
        strip=False,
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("The name as it came with the comments."),
    )

    def clean_autor(self) -> str:
        name: str = self.cleaned_data["autor"]
        if UNSTORABLE.search(name):
            raise forms.ValidationError(_("No author has such a name."))
        return name


class EraseForm(AuthorForm):
    confirmation = forms.CharField(strip=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("confirmation") != cleaned.get("autor"):
            raise forms.ValidationError(_("Nothing was erased: type the author's name to confirm."))
        return cleaned


class AuthorData(PanelPage):
    title = gettext_lazy("Data of an author")
    permissions = {"GET": PERMISSION}
    menu_order = 90
    menu_title = gettext_lazy("Authors")
    template_name = "classifier/authors.html"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        asked = "autor" in request.GET
        form = AuthorForm(request.GET if asked else None)
        found = authors.spellings(form.cleaned_data["autor"]) if asked and form.is_valid() else []
        return self.page(
            form=form,
            asked=asked and form.is_valid(),
            found=[{**each, "examples": authors.comments_of(each["author"])[:SHOWN]} for each in found],
            requests=AuthorRequest.objects.select_related("actor")[:LAST_REQUESTS],
            most=MOST_AT_ONCE,
        )


class AuthorExport(PanelPage):
    title = gettext_lazy("Data of an author")
    permissions = {"POST": PERMISSION}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = AuthorForm(request.POST)
        if not form.is_valid():
            return _back(request, str(form.errors["autor"][0]))
        author = form.cleaned_data["autor"]
        authors.record(AuthorRequest.Action.EXPORT, authors.comments_of(author).count(), by=cast(User, request.user))
        return StreamingHttpResponse(
            author_file.json_stream(author),
            content_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="dados_do_autor.json"', "Cache-Control": "no-store"},
        )


class AuthorErase(PanelPage):
    title = gettext_lazy("Data of an author")
    permissions = {"POST": PERMISSION}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = EraseForm(request.POST)
        if not form.is_valid():
            return _back(request, str(next(iter(form.errors.values()))[0]))
        author = form.cleaned_data["autor"]
        if authors.comments_of(author)[MOST_AT_ONCE:].exists():
            return _back(request, _("These are too many for a page: run `manage.py author_data erase` on the server."))
        erased = authors.erase(author, by=cast(User, request.user))
        told = ngettext("%(n)s comment was erased.", "%(n)s comments were erased.", erased) % {"n": erased}
        messages.success(request, told)
        return redirect("admin:authors")


def _back(request: HttpRequest, fault: str) -> HttpResponseBase:
    messages.error(request, fault)
    return redirect(f"{reverse('admin:authors')}?{urlencode({'autor': request.POST.get('autor', '')})}")
