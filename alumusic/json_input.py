"""JSON as the API takes it: one strict reading, so that nothing odd gets as far as a view or a database."""

import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from email.message import Message
from typing import IO, Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from alumusic.problems import FieldError, Invalid, Text, UnsupportedMediaType

MAX_DEPTH = 20
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class _Repeated(dict[str, Any]):
    """An object in which a key came twice; `json` has no place to say so."""

    key: str = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    seen: set[str] = set()
    repeated = _Repeated(result)
    repeated.key = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeated


def _constant(name: str) -> NoReturn:
    raise _refusal("", "number", _("%(name)s is not a JSON number.") % {"name": name})


def _refusal(pointer: str, code: str, detail: Text) -> Invalid:
    return Invalid(detail, errors=[FieldError(pointer, code, detail)])


def _pointer(path: list[str | int]) -> str:
    steps = (UNSTORABLE.sub("?", str(step)).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)


def _inspect(value: Any, path: list[str | int]) -> None:
    """Raises Invalid at the first value that is too deep, not finite, not storable text, or said twice.

    path: where the value stands. It becomes a pointer only in a refusal: ten megabytes hold five million values.
    """
    if isinstance(value, str):
        if UNSTORABLE.search(value):
            sentence = _("The text has a NUL character or half of a surrogate pair.")
            raise _refusal(_pointer(path), "characters", sentence)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _refusal(_pointer(path), "number", _("The number is not finite."))
    elif isinstance(value, dict | list):
        if len(path) >= MAX_DEPTH:
            raise _refusal("", "depth", _("The JSON is nested more than %(depth)s deep.") % {"depth": MAX_DEPTH})
        if isinstance(value, dict):
            _inspect_keys(value, path)
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            path.append(step)
            _inspect(child, path)
            path.pop()


def _inspect_keys(value: dict[str, Any], path: list[str | int]) -> None:
    if isinstance(value, _Repeated):
        sentence = _("The key appears twice in one object.")
        raise _refusal(_pointer([*path, value.key]), "duplicate_key", sentence)
    if any(UNSTORABLE.search(key) for key in value):
        sentence = _("A key has a NUL character or half of a surrogate pair.")
        raise _refusal(_pointer(path), "characters", sentence)


def read(raw: bytes) -> Any:
    """The value that a UTF-8 body holds, a byte order mark aside. Raises Invalid for all that the contract refuses."""
    try:
        text = raw.removeprefix(BOM_UTF8).decode("utf-8")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise _refusal("", "utf8", _("Byte %(n)s is not UTF-8.") % {"n": error.start}) from None
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise _refusal("", "json", _("Not JSON: line %(line)s, column %(column)s.") % place) from None
    except RecursionError:
        raise _refusal("", "depth", _("The JSON is nested more than %(depth)s deep.") % {"depth": MAX_DEPTH}) from None
    except ValueError:
        raise _refusal("", "number", _("A number has too many digits.")) from None
    _inspect(value, [])
    return value


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        content_type = Message()
        content_type["Content-Type"] = (parser_context or {})["request"].content_type
        charset = content_type.get_content_charset("utf-8")
        if charset not in ("utf-8", "utf8"):
            raise UnsupportedMediaType
        return read(stream.read())
