from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class AlumusicConfig(AppConfig):
    name = "alumusic"

    def ready(self) -> None:
        from alumusic import checks  # noqa: F401  (registers them)


class PanelConfig(AdminConfig):
    default_site = "alumusic.panel.PanelSite"

    def ready(self) -> None:
        """As Django's, without the scheduler's own pages: their inline script breaks the security policy.

        The schedule stands in the settings, and what is to be chosen of it has a page of its own.
        """
        super().ready()
        for model in apps.get_app_config("django_celery_beat").get_models():
            if admin.site.is_registered(model):
                admin.site.unregister(model)
