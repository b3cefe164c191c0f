"""What is wrong with an input, in sentences that a person can act on: with the limit, or an example."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Error = Mapping[str, Any]

_TIME = "A time such as 2026-03-01T09:30:00Z is needed"
_DATE = "A date such as 2026-03-01 is needed"
_WHOLE = "A whole number is needed"
_NUMBER = "A number is needed"
_TEXT = "A text is needed"
_LOGICAL = "true or false is needed"
_LIST = "A list is needed"
_OBJECT = "An object is needed"

FORM = "It is not of the form that is needed"
"""What is said where there is nothing better."""


def _least(error: Error) -> str:
    least = error["ctx"]["min_length"]
    if not isinstance(error["input"], str):
        return f"At least {_counted(least, 'entry', 'entries')} needed"
    return f"At least {_counted(least, 'character', 'characters')} needed that can be seen"


def _most(error: Error) -> str:
    most, given = error["ctx"]["max_length"], error["ctx"].get("actual_length")
    text = isinstance(error["input"], str)
    there = given if isinstance(given, int) else len(error["input"])
    return f"At most {_counted(most, *_UNITS[text])} possible; there are {there}"


_UNITS = {True: ("character", "characters"), False: ("entry", "entries")}


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one} is" if number == 1 else f"{number} {many} are"


def _than(words: str, limit: str) -> Callable[[Error], str]:
    return lambda error: f"{words} {error['ctx'][limit]} is {'possible' if words.startswith('At most') else 'needed'}"


SENTENCES: Mapping[str, str | Callable[[Error], str]] = {
    "missing": "This is needed",
    "extra_forbidden": "There is no such field",
    "value_error": lambda error: error["msg"].removeprefix("Value error, "),
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_sub_type": _TEXT,
    "string_too_short": _least,
    "string_too_long": _most,
    "too_short": _least,
    "too_long": _most,
    "literal_error": lambda error: f"One of {error['ctx']['expected']} is needed",
    "enum": lambda error: f"One of {error['ctx']['expected']} is needed",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than": _than("More than", "gt"),
    "greater_than_equal": _than("At least", "ge"),
    "less_than": _than("Less than", "lt"),
    "less_than_equal": _than("At most", "le"),
    "bool_type": _LOGICAL,
    "bool_parsing": _LOGICAL,
    "list_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
}
"""What pydantic may find in our models, by its name for it."""

_KEY = "[key]"
"""What follows the name of an entry whose name is wrong, not its value."""

SHAPED = frozenset({"string_pattern_mismatch"})
"""Kinds of errors that an example says more about than words."""


def sentence(error: Error, example: object = None) -> str:
    """Return what is wrong as a sentence; ``example`` is one of what the field takes."""
    kind = error["type"]
    if kind in SHAPED:
        return FORM if example is None else f"Something like {example} is needed"
    told = SENTENCES.get(kind, FORM)
    text = told if isinstance(told, str) else told(error)
    return text[:1].upper() + text[1:]


def example_at(annotation: Any, location: Sequence[int | str]) -> object:
    """Return an example of what a place in a type takes, ``None`` where there is none.

    Args:
        annotation: the type, as it is written down.
        location: the names and places that lead there from it; those that are none, as of alternatives, are passed by.
    """
    places: list[tuple[Any, object]] = list(_alternatives(annotation, None))
    for step, following in zip(location, (*location[1:], ""), strict=False):
        places = [found for place, _ in places for found in _into(place, step, following == _KEY)] or places
    return next((example for _, example in places if example is not None), None)


def _alternatives(annotation: Any, example: object) -> Iterator[tuple[Any, object]]:
    """Yield the types that a value may have, each with an example."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *notes = get_args(annotation)
        told = [note.examples[0] for note in notes if isinstance(note, FieldInfo) and note.examples]
        yield from _alternatives(inner, told[-1] if told else example)
    elif origin in {Union, UnionType}:
        for alternative in get_args(annotation):
            yield from _alternatives(alternative, example)
    else:
        yield annotation, example


def _into(place: Any, step: int | str, is_key: bool) -> Iterator[tuple[Any, object]]:
    if isinstance(place, type) and issubclass(place, BaseModel):
        for name, field in place.model_fields.items():
            if step in {name, field.alias}:
                whole = _examples(place).get(str(field.alias))
                yield from _alternatives(field.annotation, next(iter(field.examples or ()), whole))
    elif get_origin(place) is dict:
        yield from _alternatives(get_args(place)[0 if is_key else 1], None)
    elif get_origin(place) in {list, tuple} and isinstance(step, int):
        yield from _alternatives(get_args(place)[0], None)


def _examples(model: type[BaseModel]) -> dict[str, Any]:
    """Return what the examples of a whole model hold in each field."""
    extra = model.model_config.get("json_schema_extra")
    wholes = extra.get("examples") if isinstance(extra, dict) else None
    named: dict[str, Any] = {}
    for whole in wholes if isinstance(wholes, list) else ():
        named |= whole if isinstance(whole, dict) else {}
    return named
