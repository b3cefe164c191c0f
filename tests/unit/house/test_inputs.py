"""What people type is cleaned in its type, whatever the field; and whatever is wrong with an input is said in words."""

import json
import warnings
from typing import Any

import pytest
from pydantic import AfterValidator, BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from shared.kernel.shells.sentences import FORM, SENTENCES, SHAPED, example_at, sentence
from shared.kernel.text.addresses import canonical_address
from shared.kernel.text.reading import CLEANERS
from tests.inputs import Place, models, places

CLEANED = CLEANERS | {canonical_address}

MACHINE_TEXT = {
    "avatar_url": "a web address",
    "brand_id": "a provider's id",
    "campaign_id": "a provider's id",
    "category": "a category's name",
    "channels[]": "names of categories",
    "channels[][]": "names of channels",
    "content_type": "a media type",
    "corrects": "a transaction's key",
    "device_token": "a token",
    "goal_id": "an id",
    "goals[]": "ids",
    "guide_id": "an id",
    "phone": "a number, parsed by its domain",
    "price_id": "an id",
    "refresh_token": "a token",
    "request_id": "a key",
    "session_id": "an id",
    "stream_id": "an id",
    "token": "a token",
    "user_id": "an id",
    "zone": "a zone of the database",
}
"""Texts in bodies that no person reads, by the names of their fields."""

READ_ALL_THE_SAME = {"NewStream.category", "StreamChange.category"}
"""Fields of such a name that people do read."""


def _notes(place: Place) -> list[Any]:
    inner = [note for one in place.notes if isinstance(one, FieldInfo) for note in one.metadata]
    return [*place.notes, *inner]


def _is_parameter(place: Place) -> bool:
    """Tell whether it is a value of a path, a query, a header or a form, which names and chooses things."""
    return ":" in place.name


def _is_shaped(place: Place) -> bool:
    return any(getattr(note, "pattern", None) for note in _notes(place))


def _is_cleaned(place: Place) -> bool:
    return any(isinstance(note, AfterValidator) and note.func in CLEANED for note in _notes(place))


def _field(place: Place) -> str:
    return place.name.partition(".")[2]


TEXTS = [place for place in places() if place.kind is str and not _is_parameter(place) and not _is_shaped(place)]


@pytest.mark.parametrize("place", TEXTS, ids=[place.name for place in TEXTS])
def test_a_text_is_cleaned_in_its_type_or_read_by_machines_only(place: Place) -> None:
    by_machines = _field(place) in MACHINE_TEXT and place.name not in READ_ALL_THE_SAME
    assert _is_cleaned(place) != by_machines


def test_nothing_is_listed_that_is_not_there() -> None:
    assert set(MACHINE_TEXT) <= {_field(place) for place in TEXTS}
    assert {place.name for place in TEXTS} >= READ_ALL_THE_SAME


BAD: list[Any] = [
    None,
    True,
    -1,
    0,
    10**30,
    1.5,
    1e300,
    "",
    "x",
    "\u202e",
    "a\nb\x00",
    "2026-13-45",
    "2026-02-30",
    "12:00",
    "2026-03-01T25:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "Nowhere/At_All",
    "http://[",
    "x" * 20_000,
    [],
    ["x"] * 500,
    [None, 7, "2026-02-30"],
    {},
    {"x": "y"},
    {"x" * 100: {"x": "y"}},
    {f"k{number}": None for number in range(500)},
]
"""Values that are wrong nearly everywhere, as JSON can carry them."""


THEIRS = ("Input", "should", "validation", "isoformat", "\n", "Value error")
"""What the words of pydantic and Python have, and ours have not."""


def _wrong(model: type[BaseModel]) -> list[Any]:
    names = [field.alias or name for name, field in model.model_fields.items()]
    # Each value alone, and beside others that may be right, because a model is judged as a whole after its fields.
    return [*BAD, *({name: bad} for name in names for bad in BAD), *(dict.fromkeys(names, bad) for bad in BAD)]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_whatever_is_wrong_is_said_in_words_of_ours(model: type[BaseModel]) -> None:
    told: dict[str, str] = {}
    for value in _wrong(model):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                model.model_validate_json(json.dumps(value)) if isinstance(value, dict) else model.model_validate(value)
        except ValidationError as invalid:
            for error in invalid.errors():
                assert error["type"] in SENTENCES.keys() | SHAPED, error
                text = sentence(error, example_at(model, error["loc"]))
                told[f"{error['type']} {error['loc']}"] = text
    assert told
    for where, text in told.items():
        assert text != FORM, where
        assert not any(word in text for word in THEIRS), text


def test_a_secret_is_not_told_back() -> None:
    secrets = [place.kind for place in places() if place.name.endswith((".password", ".new_password"))]
    assert set(secrets) == {SecretStr, type(None)}
