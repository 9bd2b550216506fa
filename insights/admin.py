from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from insights.models import Question


@admin.register(Question)
class QuestionAdmin(admin.ModelAdmin[Question]):
    """Everybody's questions, with what they cost and how they were rated; nothing is changed by hand."""

    list_display = ["text", "owner", "state", "engine", "cached", "vote", "created_at"]
    list_filter = ["state", "vote", "cached"]
    search_fields = ["text"]
    list_select_related = ["owner", "answer"]
    readonly_fields = [
        "text", "owner", "created_at", "state", "weeks", "shown", "engine", "cached", "cost", "vote", "note",
    ]  # fmt: skip
    fields = [*readonly_fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return Question.objects.select_related("owner", "answer")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.display(description=_("written by"))
    def engine(self, question: Question) -> str:
        if question.answer is None:
            return "-"
        return " · ".join(filter(None, [question.answer.engine, question.answer.prompt_version]))

    @admin.display(description=_("weeks"))
    def weeks(self, question: Question) -> str:
        return ", ".join(summary.week for summary in question.summaries.all())

    @admin.display(description=_("answer"))
    def shown(self, question: Question) -> str | SafeString:
        if question.answer is None:
            return "-"
        page = f"{reverse('admin:insights')}?pergunta={question.public_id}"
        return format_html(
            '<p>{}</p><p><a href="{}">{}</a></p>', question.answer.text, page, _("Open with its sources")
        )

    @admin.display(description=_("calls to the language model"))
    def cost(self, question: Question) -> Any:
        calls = question.calls.order_by("pk")
        lines = ((call.model, call.outcome, call.cost_usd, call.latency_ms) for call in calls)
        return format_html_join("", "<p>{} · {} · {} USD · {} ms</p>", lines) or "-"
