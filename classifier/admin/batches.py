from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from classifier.models import Batch, Upload

MOST_COUNTED = 10_000
MOST_ERRORS_SHOWN = 100


class CappedPaginator(Paginator[Any]):
    """Counts no further than anybody pages: a full COUNT of a million rows takes longer than the page."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


class BatchSightAdmin(admin.ModelAdmin[Any]):
    """Read-only, for those who may see everybody's batches."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ["-created_at"]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("classifier.view_batch")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Batch)
class BatchAdmin(BatchSightAdmin):
    list_display = ["id", "owner", "created_at", "done_of_all", "completed_at"]
    list_select_related = ["owner"]
    fields = ["id", "owner", "created_at", "done_of_all", "completed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Batch]:
        return Batch.objects.with_counts()

    @admin.display(description=_("Labelled"))
    def done_of_all(self, batch: Any) -> str:
        return f"{batch.total - batch.pending} / {batch.total}"


@admin.register(Upload)
class UploadAdmin(BatchSightAdmin):
    list_display = ["name", "sender", "created_at", "state", "read_of_all", "error_count", "finished_at"]
    list_filter = ["state", "format"]
    fields = [
        "name", "batch", "sender", "created_at", "state", "read_of_all", "finished_at", "format", "encoding", "size",
        "sha256", "error_count", "first_errors",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Upload]:
        return Upload.objects.select_related("batch__owner").annotate(error_count=Count("errors"))

    @admin.display(description=_("sent by"))
    def sender(self, upload: Upload) -> str:
        return str(upload.batch.owner)

    @admin.display(description=_("lines read"))
    def read_of_all(self, upload: Upload) -> str:
        return f"{upload.lines_read} / {upload.lines}"

    @admin.display(description=_("lines with errors"))
    def error_count(self, upload: Any) -> int:
        return int(upload.error_count)

    @admin.display(description=_("The first lines with errors"))
    def first_errors(self, upload: Upload) -> SafeString:
        found = upload.errors.order_by("line")[:MOST_ERRORS_SHOWN]
        return format_html_join("", "<p>{} · {}</p>", ((error.line, error.detail) for error in found))
