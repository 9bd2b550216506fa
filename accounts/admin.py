from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import PanelLoginForm
from accounts.models import AccountQuerySet, TokenFamily, TokenFamilyQuerySet, User

admin.site.login_form = PanelLoginForm
admin.site.unregister(Group)

# Django's two boxes and arrows between them say nothing to a screen reader, and are a puzzle on a phone.
TICKED: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {
    models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
}


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    filter_horizontal = []
    formfield_overrides = TICKED


@admin.register(User)
class AccountAdmin(UserAdmin[User]):
    """Only a superuser makes a superuser or touches one; others would else rise by the form that they may fill in.

    `is_staff` is not shown: it opens nothing here.
    """

    list_display = ["username", "email", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    filter_horizontal = []
    formfield_overrides = TICKED
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Personal info"), {"fields": ["first_name", "last_name", "email"]}),
        (_("Permissions"), {"fields": ["is_active", "is_superuser", "groups", "user_permissions"]}),
        (_("Important dates"), {"fields": ["last_login", "date_joined"]}),
    ]

    actions = ["log_out_everywhere"]

    @admin.action(description=_("Log out everywhere"), permissions=["change"])
    def log_out_everywhere(self, request: HttpRequest, queryset: AccountQuerySet) -> None:
        """Ends every session and every token of the chosen; they may log in again."""
        reached = queryset if request.user.is_superuser else queryset.filter(is_superuser=False)
        count = reached.log_out_everywhere()
        told = ngettext("%(n)s user was logged out.", "%(n)s users were logged out.", count) % {"n": count}
        self.message_user(request, told)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        above = [] if request.user.is_superuser else ["is_superuser", "user_permissions"]
        return ["last_login", "date_joined", *above]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._within_reach(request, obj)

    @staticmethod
    def _within_reach(request: HttpRequest, user: User | None) -> bool:
        return user is None or not user.is_superuser or request.user.is_superuser


@admin.register(TokenFamily)
class TokenFamilyAdmin(admin.ModelAdmin[TokenFamily]):
    """Who is logged in to the API; revoking is all that can be done here."""

    list_display = ["user", "created_at", "expires_at", "revoked_at"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    actions = ["revoke"]
    readonly_fields = ["user", "created_at", "expires_at", "revoked_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: TokenFamily | None = None) -> bool:
        """Families go with their user, and so by the permission to delete that."""
        return request.user.has_perm("accounts.delete_user")

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: TokenFamilyQuerySet) -> None:
        queryset.revoke()
