from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from alumusic import health, metrics, pages

handler400 = "alumusic.problems.bad_request"
handler403 = "alumusic.problems.forbidden"
handler404 = "alumusic.problems.not_found"
handler500 = "alumusic.problems.server_error"

urlpatterns = [
    path("", pages.home),
    path("dashboard", pages.home),
    path(settings.ADMIN_PATH.rstrip("/"), RedirectView.as_view(pattern_name="admin:index")),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("api/auth/", include("accounts.api.urls")),
    path("api/schema", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/docs", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("api/", include("classifier.api.urls")),
    path("api/", include("reports.api.urls")),
    path("api/", include("insights.api.urls")),
    path("relatorio", include("reports.urls")),
    path("", include("reports.mail_urls")),
    path("idioma", set_language, name="set_language"),
    path("problemas/<slug:slug>", pages.problem),
    path("favicon.ico", pages.icon),
    path("healthz", health.live),
    path("readyz", health.ready),
    path("metrics", metrics.metrics),
]
