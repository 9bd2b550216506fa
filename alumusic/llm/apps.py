from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LLMConfig(AppConfig):
    name = "alumusic.llm"
    label = "llm"
    verbose_name = _("Language model")

    def ready(self) -> None:
        from alumusic.llm import checks  # noqa: F401  (registers them)
