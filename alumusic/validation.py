"""pydantic's findings in the contract's words: one pointer, code and sentence a fault."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from rest_framework.request import Request

from alumusic.json_input import UNSTORABLE
from alumusic.problems import FieldError, Invalid, Text

Model = TypeVar("Model", bound=BaseModel)

MOST_FAULTS_OF_AN_ITEM = 20
MANY_FAULTS = 1_000
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


def _shown(key: str) -> str:
    return key[:MOST_SHOWN_OF_A_KEY]


def pointer_token(part: int | str) -> str:
    """One step of a JSON pointer (RFC 6901), cut where somebody sent a very long name."""
    return _shown(str(part)).replace("~", "~0").replace("/", "~1")


class Faults:
    """What is wrong with what was sent, as it is found: of few faults each, of many one an item, and the rest counted.

    An answer must not outgrow what was sent. Every bad item is named.
    """

    def __init__(self) -> None:
        self.listed: list[FieldError] = []
        self.omitted = 0
        self._of_item: Counter[str] = Counter()

    def add(self, error: FieldError) -> None:
        if self._has_room(error.pointer):
            self.listed.append(error)

    @property
    def _most_of_an_item(self) -> int:
        return MOST_FAULTS_OF_AN_ITEM if len(self.listed) < MANY_FAULTS else 1

    def _has_room(self, pointer: str) -> bool:
        """Whether one more fault at this place is listed; it is counted in either case."""
        item = pointer.split("/", 2)[1] if pointer.startswith("/") else ""
        place = item if item.isdecimal() else ""
        self._of_item[place] += 1
        room = self._of_item[place] <= self._most_of_an_item
        self.omitted += not room
        return room

    def found(self, error: ValidationError, known: Iterable[str], *, first: int = 0) -> None:
        """Adds what pydantic found, in its order.

        known: the names that an unknown field is answered with. first: the place of the list's first item in all.
        """
        unknown = _("Unknown field. Known: %(known)s.") % {"known": ", ".join(known)}
        for detail in error.errors(include_url=False, include_input=False):
            steps = [first + part if isinstance(part, int) and not place else part
                     for place, part in enumerate(detail["loc"])]  # fmt: skip
            pointer = "".join(f"/{pointer_token(part)}" for part in steps)
            if self._has_room(pointer):
                self.listed.append(FieldError(pointer, *_code_and_detail(detail, unknown)))

    def trimmed(self, item: Any, known: Collection[str]) -> Any:
        """The item without most of the fields that it may not have, which are counted: pydantic makes much of each."""
        most = self._most_of_an_item
        if not isinstance(item, dict) or len(item) <= most:
            return item
        unknown = [key for key in item if key not in known]
        if len(unknown) <= most:
            return item
        self.omitted += len(unknown) - most
        kept = {*known, *unknown[:most]}
        return {key: value for key, value in item.items() if key in kept}

    def problem(self, detail: Text | None = None, kind: type[Invalid] = Invalid) -> Invalid:
        if detail is None and len(self.listed) == 1 and not self.omitted:
            detail = self.listed[0].detail
        return kind(detail, errors=self.listed, omitted=self.omitted)


def wire_names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def read_body(model: type[Model], data: Any) -> Model:
    """The body as the model has it. Raises Invalid with a pointer for each fault."""
    faults, known = Faults(), wire_names(model)
    try:
        return model.model_validate(faults.trimmed(data, known))
    except ValidationError as error:
        faults.found(error, known)
        raise faults.problem() from None


def read_query(model: type[Model], request: Request | Any) -> Model:
    """The query parameters as the model has them. Raises Invalid for one that is unknown, wrong or said twice."""
    parameters: Mapping[str, list[str]] = dict(request.GET.lists())
    faults = Faults()
    for name, values in parameters.items():
        if len(values) > 1:
            faults.add(FieldError(f"?{_shown(name)}", "repeated", _("This parameter may stand once only.")))
    unknown = _("Unknown parameter. Known: %(known)s.") % {"known": ", ".join(wire_names(model)) or "-"}
    try:
        query = model.model_validate({name: values[-1] for name, values in parameters.items()})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            name = _shown(str(detail["loc"][0]))
            faults.add(FieldError(f"?{name}", *_code_and_detail(detail, unknown)))
    if faults.listed:
        raise faults.problem()
    return query
