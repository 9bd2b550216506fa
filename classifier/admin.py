from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import truncatechars
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from classifier.api.history import history
from classifier.models import Batch, Category, Comment, Tag, Upload
from classifier.models.tag import MAX_TAGS
from classifier.review import verdicts

MOST_COUNTED = 10_000
MOST_ERRORS_SHOWN = 100


class CappedPaginator(Paginator[Any]):
    """Counts no further than anybody pages: a full COUNT of a million rows takes longer than the page."""

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


class CorrectionForm(forms.ModelForm[Comment]):
    chosen_category = forms.ChoiceField(label=_("Category"), choices=Category.choices)
    chosen_tags = forms.ModelMultipleChoiceField(label=_("Tags"), queryset=Tag.objects.all(), required=False)
    note = forms.CharField(label=_("Note"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 2}))
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Comment
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            **self.initial,
            "chosen_category": self.instance.category,
            "chosen_tags": list(self.instance.tags.values_list("pk", flat=True)),
            "seen_version": self.instance.version,
        }

    def clean_seen_version(self) -> int:
        version = int(self.cleaned_data["seen_version"])
        if version != self.instance.version:
            raise forms.ValidationError(str(verdicts.ChangedMeanwhile.explanation))
        return version

    def clean_chosen_tags(self) -> QuerySet[Tag]:
        tags: QuerySet[Tag] = self.cleaned_data["chosen_tags"]
        if len(tags) > MAX_TAGS:
            raise forms.ValidationError(_("At most %(n)s tags.") % {"n": MAX_TAGS})
        return tags


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin[Comment]):
    form = CorrectionForm
    list_display = ["excerpt", "category", "shown_tags", "confidence_percent", "reviewed", "short_moment"]
    list_filter = ["category", "state", "reviewed"]
    list_per_page = 50
    search_fields = ["search_words"]
    search_help_text = _("Words, with or without accents; all must be in the text.")
    ordering = ["-moment", "-id"]
    paginator = CappedPaginator
    show_full_result_count = False
    readonly_fields = [
        "text", "external_id", "state", "engine", "confidence_percent", "reviewed", "source", "author", "moment",
        "created_at", "updated_at", "timeline",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["text", ("chosen_category", "chosen_tags"), "note", "seen_version"]}),
        (_("What the machine said"), {"fields": [("state", "engine", "confidence_percent", "reviewed")]}),
        (_("Origin"), {"fields": [("external_id", "source", "author"), ("moment", "created_at", "updated_at")]}),
        (_("History"), {"fields": ["timeline"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        return Comment.objects.with_tags()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Comment], search_term: str
    ) -> tuple[QuerySet[Comment], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(search_words__matches=search_term), False

    def get_readonly_fields(self, request: HttpRequest, obj: Comment | None = None) -> list[str]:
        if self.has_change_permission(request, obj):
            return self.readonly_fields
        return [*self.readonly_fields, "category", "shown_tags"]

    def get_fieldsets(self, request: HttpRequest, obj: Comment | None = None) -> Any:
        if self.has_change_permission(request, obj):
            return self.fieldsets
        return [(None, {"fields": ["text", ("category", "shown_tags")]}), *self.fieldsets[1:]]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Comment | None = None) -> bool:
        return request.user.has_perm("classifier.review_comment")

    def save_model(self, request: HttpRequest, obj: Comment, form: Any, change: Any) -> None:
        data = form.cleaned_data
        verdicts.correct(
            obj,
            reviewer=cast(User, request.user),
            category=Category(data["chosen_category"]),
            tags=[tag.name for tag in data["chosen_tags"]],
            note=data["note"],
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Nothing: the verdict has written the tags."""

    @admin.display(description=_("Text"))
    def excerpt(self, comment: Comment) -> str:
        return truncatechars(comment.text, 140)

    @admin.display(description=_("Tags"))
    def shown_tags(self, comment: Comment) -> str:
        return ", ".join(comment.tag_names)

    @admin.display(description=_("Confidence"))
    def confidence_percent(self, comment: Comment) -> str:
        return "" if comment.confidence is None else f"{comment.confidence:.0%}"

    @admin.display(description=_("Moment"), ordering="-moment")
    def short_moment(self, comment: Comment) -> str:
        return date_format(timezone.localtime(comment.moment), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("History"))
    def timeline(self, comment: Comment) -> SafeString:
        lines = (
            (
                entry["quando"],
                entry["quem"] or entry["tipo"],
                entry["categoria"],
                ", ".join(entry["tags_funcionalidades"]),
            )
            for entry in history(comment, with_names=True)
        )
        return format_html_join("", "<p>{} · {} · {} {}</p>", lines)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin[Tag]):
    list_display = ["name", "description"]
    search_fields = ["name", "description"]


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
