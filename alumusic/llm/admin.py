from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from . import availability, budget
from .models import Call

DAYS = 7
MOST_COUNTED = 10_000


class CappedPaginator(Paginator[Any]):
    pass


@admin.register(Call)
class CallAdmin(admin.ModelAdmin[Call]):
    """The ledger, to be read: above, what the last days cost; below, each call."""

    change_list_template = "admin/llm/call/change_list.html"
    list_display = ["created_at", "purpose", "model", "outcome", "items", "tokens", "cost_usd", "latency_ms"]
    list_filter = ["purpose", "outcome", "model"]
    list_per_page = 50
    ordering = ["-created_at"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Call | None = None) -> bool:
        return False
