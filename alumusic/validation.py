"""pydantic's findings in the contract's words: one pointer, code and sentence a fault."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from rest_framework.request import Request

from alumusic.json_input import UNSTORABLE
from alumusic.problems import FieldError, Invalid

Model = TypeVar("Model", bound=BaseModel)

MOST_FAULTS_OF_AN_ITEM = 20
MOST_SHOWN_OF_A_KEY = 100

WRONG_TYPE = {
    "string_type": lambda: _("Must be text."),
    "int_type": lambda: _("Must be a whole number."),
    "int_parsing": lambda: _("Must be a whole number."),
    "int_from_float": lambda: _("Must be a whole number."),
    "float_type": lambda: _("Must be a number."),
    "float_parsing": lambda: _("Must be a number."),
    "finite_number": lambda: _("Must be a number."),
    "bool_type": lambda: _("Must be true or false."),
    "bool_parsing": lambda: _("Must be true or false."),
    "list_type": lambda: _("Must be a list."),
    "dict_type": lambda: _("Must be an object."),
    "model_type": lambda: _("Must be an object."),
    "model_attributes_type": lambda: _("Must be an object."),
}


def fault(code: str, detail: str) -> PydanticCustomError:
    """An error for a validator to raise; its sentence is shown as it is."""
    return PydanticCustomError("fault", "{detail}", {"code": code, "detail": detail})


def _storable(value: str) -> str:
    if UNSTORABLE.search(value):
        raise fault("characters", _("The text has a NUL character or half of a surrogate pair."))
    return value


StorableText = Annotated[str, AfterValidator(_storable)]


def _code_and_detail(error: ErrorDetails, unknown: str) -> tuple[str, str]:
    context = error.get("ctx", {})
    match error["type"]:
        case "fault":
            return context["code"], context["detail"]
        case "missing":
            return "required", _("This field is required.")
        case "extra_forbidden":
            return "unknown", unknown
        case "string_too_long":
            return "max_length", _("At most %(n)s characters.") % {"n": context["max_length"]}
        case "string_too_short":
            return "min_length", ngettext(
                "At least %(n)s character.", "At least %(n)s characters.", context["min_length"]
            ) % {"n": context["min_length"]}
        case "too_long":
            return "max_items", _("At most %(n)s items.") % {"n": context["max_length"]}
        case "string_pattern_mismatch":
            return "pattern", _("Must have the form %(pattern)s.") % {"pattern": context["pattern"]}
        case "greater_than_equal":
            return "min_value", _("Must be at least %(n)s.") % {"n": context["ge"]}
        case "less_than_equal":
            return "max_value", _("Must be at most %(n)s.") % {"n": context["le"]}
        case "enum" | "literal_error":
            return "choice", _("Must be one of: %(choices)s.") % {
                "choices": context["expected"].replace("'", "").replace(" or ", ", ")
            }
        case kind if kind in WRONG_TYPE:
            return "type", WRONG_TYPE[kind]()
    return "invalid", _("Not a valid value.")


def _token(part: int | str) -> str:
    return str(part)[:MOST_SHOWN_OF_A_KEY].replace("~", "~0").replace("/", "~1")


def field_errors(error: ValidationError, known: Iterable[str], prefix: str = "") -> list[FieldError]:
    """The faults that pydantic found, in its order, of one item a few only: an answer must not outgrow what was sent.

    known: the names that an unknown field is answered with.
    """
    unknown = _("Unknown field. Known: %(known)s.") % {"known": ", ".join(known)}
    found = []
    told: Counter[int | str] = Counter()
    for detail in error.errors(include_url=False, include_input=False):
        place = detail["loc"][0] if detail["loc"] and isinstance(detail["loc"][0], int) else ""
        told[place] += 1
        if told[place] <= MOST_FAULTS_OF_AN_ITEM:
            pointer = prefix + "".join(f"/{_token(part)}" for part in detail["loc"])
            found.append(FieldError(pointer, *_code_and_detail(detail, unknown)))
    return found


def wire_names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def read_body(model: type[Model], data: Any) -> Model:
    """The body as the model has it. Raises Invalid with a pointer for each fault."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        errors = field_errors(error, wire_names(model))
        raise Invalid(errors[0].detail if len(errors) == 1 else None, errors=errors) from None


def read_query(model: type[Model], request: Request | Any) -> Model:
    """The query parameters as the model has them. Raises Invalid for one that is unknown, wrong or said twice."""
    parameters: Mapping[str, list[str]] = dict(request.GET.lists())
    errors = [
        FieldError(f"?{name}", "repeated", _("This parameter may stand once only."))
        for name, values in parameters.items()
        if len(values) > 1
    ]
    unknown = _("Unknown parameter. Known: %(known)s.") % {"known": ", ".join(wire_names(model)) or "-"}
    try:
        query = model.model_validate({name: values[-1] for name, values in parameters.items()})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            name = str(detail["loc"][0])
            errors.append(FieldError(f"?{name}", *_code_and_detail(detail, unknown)))
    if errors:
        raise Invalid(errors[0].detail if len(errors) == 1 else None, errors=errors)
    return query
