"""The panel: Django's admin site under the product's name, entered by permission."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PanelSite(AdminSite):
    site_header = "AluMusic Feedback"
    site_title = "AluMusic Feedback"
    index_title = _("Panel")

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm("accounts.enter_panel")
