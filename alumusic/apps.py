from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate, pre_migrate


class AlumusicConfig(AppConfig):
    name = "alumusic"

    def ready(self) -> None:
        from alumusic import checks, error_reports, online  # noqa: F401  (checks register themselves)

        pre_migrate.connect(online.wait_little)
        post_migrate.connect(online.wait_as_ever)
        error_reports.start()


class PanelConfig(AdminConfig):
    default_site = "alumusic.panel.PanelSite"
