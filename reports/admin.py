from collections.abc import Callable
from typing import Any, cast

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.models import User
from classifier.models import Comment
from reports import delivery, document, message, smtp
from reports.models import Delivery, DeliveryState, Recipient, Theme, WeeklySummary

SEND = "reports.send_weeklysummary"
COMMENTS_A_PAGE = 100
# The mail's document has its styles inside, and runs nothing.
DOCUMENT_POLICY = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": ["allow-popups"],
}


class ReadOnly(admin.ModelAdmin[Any]):
    """Shows what is; nothing is added, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class DeliveryInline(admin.TabularInline[Delivery, WeeklySummary]):
    model = Delivery
    readonly_fields = ["recipient", "state", "tries", "next_try_at", "last_error", "sent_at"]
    fields = [*readonly_fields]
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return super().get_queryset(request).select_related("recipient", "summary")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WeeklySummary)
class WeeklySummaryAdmin(ReadOnly):
    list_display = ["week", "span", "engine", "mail", "sent_at"]
    readonly_fields = [
        "week",
        "span",
        "shown_text",
        "themes",
        "engine",
        "prompt_version",
        "created_at",
        "queued_at",
        "sent_at",
    ]
    fields = [*readonly_fields]
    inlines = [DeliveryInline]
    change_form_template = "admin/reports/weeklysummary/change_form.html"
    change_list_template = "admin/reports/weeklysummary/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WeeklySummary]:
        return WeeklySummary.objects.with_themes().prefetch_related("deliveries")

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            return path(f"<int:pk>/{route}/", self.admin_site.admin_view(view), name=f"reports_weeklysummary_{name}")

        return [
            page("previa", self.preview, "preview"),
            page("enviar-para-mim", require_POST(self.send_to_me), "send_to_me"),
            page("reenviar", require_POST(self.send_again), "send_again"),
            *super().get_urls(),
        ]

    def preview(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The mail's document as a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = message.page(self.summary(request, pk))
        return csp(DOCUMENT_POLICY)(lambda _request: HttpResponse(page))(request)

    def send_to_me(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One mail to the one who asks, beside all deliveries."""
        summary = self.sendable(request, pk)
        address = cast(User, request.user).email
        if not address:
            messages.error(request, _("Your account has no e-mail address."))
            return self.back_to(summary)
        try:
            smtp.hand_over(message.sample(summary, address))
        except (smtp.NotTaken, smtp.Unproven) as fault:
            messages.error(request, _("Not sent: %(reason)s") % {"reason": fault})
        else:
            messages.success(request, _("Sent to %(email)s.") % {"email": address})
        return self.back_to(summary)

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lets what failed be tried anew; what is uncertain is decided one by one, among the deliveries."""
        summary = self.sendable(request, pk)
        failed = summary.deliveries.filter(state=DeliveryState.FAILED)
        _tell_again(request, sum(each.again(timezone.now()) for each in failed))
        return self.back_to(summary)

    def sendable(self, request: HttpRequest, pk: int) -> WeeklySummary:
        if not request.user.has_perm(SEND):
            raise PermissionDenied
        return self.summary(request, pk)

    def summary(self, request: HttpRequest, pk: int) -> WeeklySummary:
        found: WeeklySummary | None = self.get_queryset(request).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    @staticmethod
    def back_to(summary: WeeklySummary) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:reports_weeklysummary_change", args=[summary.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may_send = {"may_send": request.user.has_perm(SEND)}
        return super().change_view(request, object_id, form_url, {**may_send, **(extra_context or {})})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"alerts": delivery.alerts(), **(extra_context or {})})

    @admin.display(description=_("days"))
    def span(self, summary: WeeklySummary) -> str:
        return document.title(summary)

    @admin.display(description=_("mail"))
    def mail(self, summary: WeeklySummary) -> str:
        counts: dict[str, int] = {}
        for each in summary.deliveries.all():
            counts[each.get_state_display()] = counts.get(each.get_state_display(), 0) + 1
        return " · ".join(f"{count} {state}" for state, count in counts.items())

    @admin.display(description=_("text"))
    def shown_text(self, summary: WeeklySummary) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((paragraph,) for paragraph in summary.text.split("\n\n")))

    @admin.display(description=_("themes"))
    def themes(self, summary: WeeklySummary) -> SafeString:
        lines = (
            (reverse("admin:reports_theme_change", args=[theme.pk]), theme.name, document.told(theme))
            for theme in summary.themes.all()
        )
        return format_html_join("", '<p><a href="{}">{}</a> · {}</p>', lines)


@admin.register(Theme)
class ThemeAdmin(ReadOnly):
    """All comments of one theme, reached from its summary."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and request.user.has_perm("classifier.view_comment")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        theme: Theme | None = self.get_object(request, object_id)
        if not self.has_view_permission(request, theme):
            raise PermissionDenied
        if theme is None:
            raise Http404
        comments = Comment.objects.filter(themes=theme).with_tags().order_by("-moment", "-pk")
        context = {
            **self.admin_site.each_context(request),
            "title": theme.name,
            "theme": theme,
            "told": document.told(theme),
            "page": Paginator(comments, COMMENTS_A_PAGE).get_page(request.GET.get("p")),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/reports/theme/comments.html", context)


@admin.register(Recipient)
class RecipientAdmin(admin.ModelAdmin[Recipient]):
    list_display = ["email", "name", "active", "unsubscribed_at"]
    list_filter = ["active"]
    search_fields = ["email", "name"]
    fields = ["name", "email", "active", "unsubscribed_at"]
    readonly_fields = ["unsubscribed_at"]

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Whoever may delete a recipient may delete what was sent to them with it, though nobody may alone."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, lacking - {Delivery._meta.verbose_name}, protected

    def save_model(self, request: HttpRequest, obj: Recipient, form: Any, change: Any) -> None:
        if obj.active:
            obj.unsubscribed_at = None
        super().save_model(request, obj, form, change)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ["summary", "recipient", "state", "tries", "next_try_at", "sent_at", "last_error"]
    list_filter = ["state", "summary"]
    list_select_related = ["summary", "recipient"]
    actions = ["it_arrived", "try_again"]

    def has_send_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(SEND)

    @admin.action(description=_("The uncertain ones arrived"), permissions=["send"])
    def it_arrived(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        taken = sum(delivery.vouch(each) for each in chosen.select_related("summary"))
        text = ngettext("%(n)s delivery counts as sent.", "%(n)s deliveries count as sent.", taken) % {"n": taken}
        messages.info(request, text)

    @admin.action(description=_("Send again, though it may arrive twice"), permissions=["send"])
    def try_again(self, request: HttpRequest, chosen: QuerySet[Delivery]) -> None:
        _tell_again(request, sum(each.again(timezone.now()) for each in chosen))


def _tell_again(request: HttpRequest, count: int) -> None:
    text = ngettext("%(n)s mail is sent again within a minute.", "%(n)s mails are sent again within a minute.", count)
    messages.info(request, text % {"n": count})
