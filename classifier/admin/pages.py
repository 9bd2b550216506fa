"""Comments, tags and evaluations in the admin: their addresses, permissions. What they show are pages of the panel."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from alumusic.panel import PanelPage
from classifier.models import Comment, Run, Tag
from classifier.panel.comment import CommentPage
from classifier.panel.comments import CommentList
from classifier.panel.evaluation.history import RunList
from classifier.panel.evaluation.run import RunPage
from classifier.panel.tags import TagList, TagPage


class PageAdmin(admin.ModelAdmin[Any]):
    """A model whose list and whose form are pages of the panel."""

    list_page: type[PanelPage]
    form_page: type[PanelPage]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:  # type: ignore[override]
        return self.list_page.as_view()(request)

    def change_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        if not object_id.isdecimal():
            raise Http404
        return self.form_page.as_view()(request, pk=int(object_id))

    def history_view(  # type: ignore[override]
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponseBase:
        """Where Django keeps the history of a model, the page itself has it."""
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Comment)
class CommentAdmin(PageAdmin):
    """Comments are deleted here and nowhere else, with all that is known of them."""

    menu_order = 20
    list_page = CommentList
    form_page = CommentPage


@admin.register(Tag)
class TagAdmin(PageAdmin):
    """Tags are retired or merged, never deleted: their comments and their history would lose their word."""

    menu_order = 30
    list_page = TagList
    form_page = TagPage

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Run)
class RunAdmin(PageAdmin):
    """Runs are made by `manage.py evals`; one that should not count is deleted, with the texts of its file."""

    menu_order = 40
    list_page = RunList
    form_page = RunPage
