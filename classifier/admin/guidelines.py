from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext_lazy as _

from classifier.models import Guideline


@admin.register(Guideline)
class GuidelineAdmin(admin.ModelAdmin[Guideline]):
    """One text a category: neither more nor fewer."""

    list_display = ["category", "excerpt"]
    fields = ["category", "text"]
    readonly_fields = ["category"]

    @admin.display(description=_("Text"))
    def excerpt(self, guideline: Guideline) -> str:
        return truncatechars(guideline.text, 100)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
