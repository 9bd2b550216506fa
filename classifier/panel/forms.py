from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from classifier.models import Category, Comment, Tag
from classifier.models.tag import MAX_TAG_LENGTH, MAX_TAGS, TAG_PATTERN

MAX_NOTE = 2_000
MAX_CHOSEN = 500


def note_field() -> forms.CharField:
    return forms.CharField(
        label=_("Note"), max_length=MAX_NOTE, required=False, widget=forms.Textarea({"rows": 2, "autocomplete": "off"})
    )


class SelectionForm(forms.Form):
    """What is ticked as `key-version`, so that what somebody changed since the list was read is left alone."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            pairs = [(int(key), int(version)) for key, version in self._ticked()]
        except ValueError:
            raise forms.ValidationError(_("The selection cannot be read. Select again.")) from None
        if not pairs:
            raise forms.ValidationError(_("Nothing is selected."))
        if len(pairs) > MAX_CHOSEN:
            raise forms.ValidationError(_("At most %(n)s comments at once.") % {"n": MAX_CHOSEN})
        return {**cleaned, "chosen": dict(pairs)}

    def _ticked(self) -> list[list[str]]:
        return [value.split("-") for value in self.data.getlist("chosen")]  # type: ignore[attr-defined]


class BulkForm(SelectionForm):
    category = forms.ChoiceField(
        label=_("Verdict"), choices=[("", _("Confirm as they are")), *Category.choices], required=False
    )
    note = forms.CharField(label=_("Note"), max_length=MAX_NOTE, required=False)

    def clean_category(self) -> Category | None:
        return Category(self.cleaned_data["category"]) if self.cleaned_data["category"] else None


class CorrectionForm(forms.Form):
    """A person's decision on one comment. A comment that waits has no category chosen beforehand."""

    category = forms.ChoiceField(
        label=_("Category"), choices=Category.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose a category.")},
    )  # fmt: skip
    note = note_field()
    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    seen_at = forms.DateTimeField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, comment: Comment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.comment = comment

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = list(dict.fromkeys(name.strip().lower() for name in self._names() if name.strip()))
        if len(names) > MAX_TAGS:
            self.add_error(None, _("At most %(n)s tags.") % {"n": MAX_TAGS})
        unknown = Tag.objects.not_to_be_given(names, kept=self.comment.tag_names)
        if unknown:
            self.add_error(None, _("Not in the vocabulary: %(tags)s.") % {"tags": ", ".join(unknown)})
        return {**cleaned, "tags": names}

    def _names(self) -> list[str]:
        return list(self.data.getlist("tags"))  # type: ignore[attr-defined]

    @property
    def tag_values(self) -> list[str]:
        """What stands in the five fields for tags: what was typed, or the comment's own."""
        names = self._names() if self.is_bound else self.comment.tag_names
        return (names + [""] * MAX_TAGS)[:MAX_TAGS]


def tag_name_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MAX_TAG_LENGTH,
        validators=[RegexValidator(TAG_PATTERN, _("Must have the form scope_feature, as in fix_login."))],
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )


def description_field() -> forms.CharField:
    return forms.CharField(
        label=_("Description"), max_length=MAX_NOTE, required=False, widget=forms.Textarea({"rows": 3})
    )


class NewTagForm(forms.Form):
    name = tag_name_field(_("Name"))
    description = description_field()


class DescriptionForm(forms.Form):
    description = description_field()


class RenameForm(forms.Form):
    name = tag_name_field(_("New name"))


class MergeForm(forms.Form):
    target = forms.CharField(
        label=_("Into"),
        max_length=MAX_TAG_LENGTH,
        widget=forms.TextInput({"list": "vocabulary", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, tag: Tag, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tag = tag

    def clean_target(self) -> Tag:
        target = Tag.objects.living().exclude(pk=self.tag.pk).filter(name=self.cleaned_data["target"].strip()).first()
        if target is None:
            raise forms.ValidationError(_("There is no such other tag in use."))
        return target
