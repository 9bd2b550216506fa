"""What the list of comments may be asked: the API's filters by the API's names, so that its export is the same."""

from typing import Any, Literal

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _
from pydantic import Field, model_validator

from alumusic.validation import read_query
from classifier import paging
from classifier.api.selection import order_of, selected
from classifier.api.wire import Filters
from classifier.models import Comment
from classifier.models.comment import CommentQuerySet

BANDS = {"baixa": (0.0, 0.5), "media": (0.5, 0.7), "alta": (0.7, 0.9), "maxima": (0.9, 1.0)}
BAND_NAMES = [
    ("baixa", _("up to 50%")),
    ("media", _("50% to 70%")),
    ("alta", _("70% to 90%")),
    ("maxima", _("90% and more")),
]


class ListQuery(Filters):
    """The API's filters, a band of confidence by its name, and the oldest first."""

    order: Literal["asc", "desc", "antigos"] | None = Field(None, alias="ordem")  # type: ignore[assignment]
    band: Literal["baixa", "media", "alta", "maxima"] | None = Field(None, alias="faixa")
    fallen_back: Literal["true"] | None = Field(None, alias="substituido")
    cursor: str | None = Field(None, max_length=200)
    form: Literal["csv", "jsonl"] = Field("csv", alias="formato")

    @model_validator(mode="before")
    @classmethod
    def from_band(cls, data: dict[str, Any]) -> dict[str, Any]:
        if bounds := BANDS.get(str(data.get("faixa"))):
            return {**data, "confianca_min": bounds[0], "confianca_max": bounds[1]}
        return data

    def sorted(self) -> paging.Order[Comment]:
        if self.order == "antigos":
            return paging.OLDEST_OF_TAG if self.tag is not None else paging.OLDEST
        return order_of(self)

    def comments(self) -> CommentQuerySet:
        found = selected(self)
        return found.fallen_back() if self.fallen_back else found


class _Filled:
    """A request as `read_query` asks for one, without the parameters that a form sends empty."""

    def __init__(self, request: HttpRequest) -> None:
        self.GET = QueryDict(mutable=True)
        for name, values in request.GET.lists():
            if filled := [value for value in values if value.strip()]:
                self.GET.setlist(name, filled)


def read_filters(request: HttpRequest) -> ListQuery:
    """The query; a field left empty in the form is no filter. Raises Invalid naming what is wrong."""
    return read_query(ListQuery, _Filled(request))


def query_string(request: HttpRequest, **changed: str | None) -> str:
    """The request's filters, changed so; what is None is left out. Empty, or beginning with `?`."""
    query = _Filled(request).GET
    for name, value in changed.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}" if query else ""
