"""The panel: Django's admin site under the product's name, entered by permission, and the base of its pages; no pages.

An app's pages stand in a URL module of its own, named in the setting `PANEL_URLS`; their names are in the admin's
namespace (`admin:review`). What an app shows on the home page it gives by name too: `PANEL_SECTIONS`, `PANEL_NOTICES`;
and `PANEL_PLACES` for a page of its own that the menu leads to.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, ClassVar, TypeVar, cast

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from django.views.generic.base import TemplateResponseMixin

from alumusic.problems import Problem, Text

ViewFunction = TypeVar("ViewFunction", bound=Callable[..., HttpResponseBase])


class SessionEnded(Problem):
    slug = "sessao-encerrada"
    status = 401
    title = _("Your session has ended")
    explanation = _("Log in again in another tab; what you see here stays, and then works again.")


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the menu."""

    title: Text
    url: str
    order: int
    current: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the home page: its template, drawn with its context. wide: takes the whole width."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What needs somebody's attention, said in one sentence on the home page, and where to see to it."""

    text: Text
    url: str = ""
    urgent: bool = False


class PanelPage(TemplateResponseMixin, View):
    """A page inside the panel.

    permissions: what each method asks for, by its name; a method that is not named is not allowed, HEAD is as GET.
    Who has not logged in is led to the login; who lacks the permission gets 403. `menu_order` puts the page into the
    menu (the queue 10, comments 20, tags 30, charts 50, questions 60), under `menu_title` where its title is long. A
    template extends `panel/page.html`.
    """

    title: ClassVar[Text]
    permissions: ClassVar[Mapping[str, str]]
    menu_order: ClassVar[int | None] = None
    menu_title: ClassVar[Text] = ""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        return admin.site.admin_view(super().as_view(**initkwargs))

    @classmethod
    def permits(cls, request: HttpRequest, method: str = "GET") -> bool:
        return request.user.has_perm(cls.permissions[method])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in self.permissions:
            return self.http_method_not_allowed(request, *args, **kwargs)
        if not self.permits(request, method):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def page(self, *, status: int = 200, **context: Any) -> TemplateResponse:
        """The page's template with the panel's own context and this."""
        shown = {**admin.site.each_context(self.request), "title": self.title, **context}
        return TemplateResponse(self.request, self.get_template_names(), shown, status=status)


class PanelSite(AdminSite):
    site_header = "AluMusic Feedback"
    site_title = "AluMusic Feedback"
    index_title = _("Home")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm("accounts.enter_panel")

    def admin_view(self, view: ViewFunction, cacheable: bool = False) -> ViewFunction:  # noqa: FBT001, FBT002
        """As Django's, but a script whose user is not logged in any more is told so instead of led to a login page.

        A script says `Accept: application/json`.
        """

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.accepts("text/html") and not self.has_permission(request):
                raise SessionEnded
            return inner(request, *args, **kwargs)

        inner = super().admin_view(view, cacheable)
        guarded.__dict__.update(inner.__dict__)
        return cast(ViewFunction, guarded)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        pages: list[URLResolver | URLPattern] = [path("", include(name)) for name in settings.PANEL_URLS]
        return [*pages, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "menu": self.menu(request)}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        sections = [section for each in settings.PANEL_SECTIONS if (section := import_string(each)(request))]
        notices = [notice for each in settings.PANEL_NOTICES for notice in import_string(each)(request)]
        notices.sort(key=lambda notice: not notice.urgent)
        context = {"sections": sections, "notices": notices, "app_list": self.beside_the_menu(request)}
        return super().index(request, {**context, **(extra_context or {})})

    def beside_the_menu(self, request: HttpRequest) -> list[Any]:
        """The apps and their models as `get_app_list` has them, without what the menu leads to."""
        apps = self.get_app_list(request)
        for app in apps:
            app["models"] = [m for m in app["models"] if _menu_order(self._registry[m["model"]]) is None]
        return [app for app in apps if app["models"]]

    def menu(self, request: HttpRequest) -> list[Place]:
        """The places that the one who asks may go to: pages and models that have a `menu_order`."""
        if not self.has_permission(request):
            return []
        places = [place for each in settings.PANEL_PLACES if (place := import_string(each)(request))]
        found = [*self._menu_pages(request), *self._menu_models(request), *places]
        return sorted(found, key=lambda place: place.order)

    def _menu_pages(self, request: HttpRequest) -> Iterator[Place]:
        for name, page in _pages():
            if page.menu_order is not None and page.permits(request):
                yield self._place(request, page.menu_title or page.title, f"admin:{name}", page.menu_order)

    def _menu_models(self, request: HttpRequest) -> Iterator[Place]:
        for model, model_admin in self._registry.items():
            order = _menu_order(model_admin)
            if order is not None and model_admin.has_view_permission(request):
                meta = model._meta
                name = f"admin:{meta.app_label}_{meta.model_name}_changelist"
                yield self._place(request, capfirst(str(meta.verbose_name_plural)), name, order)

    @staticmethod
    def _place(request: HttpRequest, title: Text, name: str, order: int) -> Place:
        url = reverse(name)
        return Place(title, url, order, request.path.startswith(url))


def _menu_order(model_admin: ModelAdmin[Any]) -> int | None:
    return getattr(model_admin, "menu_order", None)


def _pages() -> Iterable[tuple[str, type[PanelPage]]]:
    for module in settings.PANEL_URLS:
        for pattern in import_module(module).urlpatterns:
            page = getattr(pattern.callback, "view_class", None)
            if page is not None and issubclass(page, PanelPage):
                yield pattern.name, page
