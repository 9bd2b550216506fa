from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from classifier.signals import labels_changed
        from reports import checks, counting  # noqa: F401  (checks registers them)

        labels_changed.connect(counting.mark, dispatch_uid="reports.counting.mark")
