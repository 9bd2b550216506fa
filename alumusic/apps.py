from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AlumusicConfig(AppConfig):
    name = "alumusic"

    def ready(self) -> None:
        from alumusic import checks  # noqa: F401  (registers them)


class PanelConfig(AdminConfig):
    default_site = "alumusic.panel.PanelSite"
