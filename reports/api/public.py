from typing import Any

from django.conf import settings

from alumusic.api import View


class ReportView(View):
    """Open to everybody while `REPORTS_PUBLIC` is on: a token is then not even looked at."""

    permissions = {"GET": "reports.view_report"}

    def get_authenticators(self) -> list[Any]:
        return [] if settings.REPORTS_PUBLIC else super().get_authenticators()

    def get_permissions(self) -> list[Any]:
        return [] if settings.REPORTS_PUBLIC else list(super().get_permissions())
