from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from . import availability, budget
from .models import Call, CallQuerySet

DAYS_OF_USAGE = 7
DAYS_OF_CALLS = 30


@admin.register(Call)
class CallAdmin(admin.ModelAdmin[Call]):
    """The ledger, to be read: what the last days cost, and below it the calls of the last month."""

    change_list_template = "admin/llm/call/change_list.html"
    list_display = ["created_at", "purpose", "model", "outcome", "items", "tokens", "usd", "latency_ms"]
    list_filter = ["purpose", "outcome", "model"]
    list_per_page = 50
    ordering = ["-created_at", "-id"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> CallQuerySet:
        """No more than a month, so that no page counts the whole ledger."""
        return Call.objects.of_the_last(DAYS_OF_CALLS)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        usage = {
            "usage_days": DAYS_OF_USAGE,
            "usage": Call.objects.of_the_last(DAYS_OF_USAGE).usage(),
            "spent": budget.spent_today(),
            "budget": settings.LLM_DAILY_BUDGET_USD,
            "refusal": availability.REFUSALS.get(availability.refusal() or ""),
        }
        return super().changelist_view(request, {**usage, **(extra_context or {})})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        return False

    @admin.display(description=_("tokens (cached) + completion"))
    def tokens(self, call: Call) -> str:
        return f"{call.prompt_tokens} ({call.cached_tokens}) + {call.completion_tokens}"

    @admin.display(description=_("cost (USD)"), ordering="cost_usd")
    def usd(self, call: Call) -> Decimal | None:
        return None if call.cost_usd is None else round(call.cost_usd, 6)
