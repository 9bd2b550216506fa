"""What the model answered, item by item; a server that ignores the schema, or garbles it, is normal."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from alumusic.llm import Answer
from classifier.engines.base import Verdict
from classifier.models import Category
from classifier.models.tag import MAX_TAG_LENGTH, MAX_TAGS, TAG_PATTERN

TAG = re.compile(TAG_PATTERN)


class _Row(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    i: int
    c: str
    t: list[str]
    p: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def read(answer: Answer, count: int) -> dict[int, Verdict]:
    """The usable verdicts by index, for `count` comments; what is not in it has to be asked again.

    An index that was not sent is passed over. One that comes twice is usable where both times say the same.
    Where they are numbered from one, none can be trusted: each would label its neighbour.
    """
    try:
        data = answer.json()
    except ValueError:
        return {}
    items = _items(data)
    indexes = {item.get("i") for item in items if isinstance(item, dict) and isinstance(item.get("i"), int)}
    if 0 not in indexes and count in indexes:
        return {}
    rows = _rows(items)
    verdicts: dict[int, Verdict] = {}
    contradicted = set()
    for row in rows:
        category = CATEGORIES.get(_folded(row.c))
        if category is None or not 0 <= row.i < count:
            continue
        verdict = Verdict(category, row.p, _tags(row.t, category))
        if verdicts.setdefault(row.i, verdict) != verdict:
            contradicted.add(row.i)
    return {index: verdict for index, verdict in verdicts.items() if index not in contradicted}


def _items(data: Any) -> list[Any]:
    """The items of the answer; without a schema, a model may leave out the object or the list."""
    if isinstance(data, dict):
        data = data.get("r", [data])
    return data if isinstance(data, list) else []


def _rows(items: list[Any]) -> list[_Row]:
    """Those of the items that have their form."""
    rows = []
    for item in items:
        try:
            rows.append(_Row.model_validate(item))
        except ValidationError:
            continue
    return rows


def _tags(names: Iterable[str], category: Category) -> tuple[str, ...]:
    """The names that fit the pattern, at most five, sorted; the rest is dropped.

    A tag is the lesser half of a verdict: to ask again for one would cost a call and mostly bring the same.
    """
    if category is Category.SPAM:
        return ()
    slugs = dict.fromkeys(re.sub(r"[\s-]+", "_", _folded(name)) for name in names)
    fitting = [slug for slug in slugs if TAG.fullmatch(slug) and len(slug) <= MAX_TAG_LENGTH]
    return tuple(sorted(fitting[:MAX_TAGS]))


def _folded(text: str) -> str:
    """Lower case without accents, as a model may write what it was told to write otherwise."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


CATEGORIES = {_folded(category): category for category in Category}
