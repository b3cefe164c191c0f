"""The one shape: camelCase, closed, trimmed."""

import pytest
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.kernel.shells.http import field_of
from shared.kernel.wire import Change, Page, Reply, Wire


class Sample(Wire):
    """A model."""

    display_name: str
    age: int = 0


def test_names_are_camel_case_outside() -> None:
    assert Sample.model_validate({"displayName": " Ada "}).model_dump(by_alias=True) == {"displayName": "Ada", "age": 0}


@pytest.mark.covers("X-P-32")
def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate({"displayName": "Ada", "admin": True})
    assert [error["type"] for error in _errors(refused)] == ["extra_forbidden"]


class SampleChange(Change):
    """What to change of a sample."""

    MAY_BE_NULL = frozenset({"note"})

    display_name: str | None = None
    note: str | None = None


def test_a_change_names_something_and_takes_away_only_what_may_be_missing() -> None:
    assert SampleChange.model_validate({"note": None}).model_fields_set == {"note"}
    with pytest.raises(ValidationError, match="name at least one thing"):
        SampleChange.model_validate({})
    with pytest.raises(ValidationError, match="may not be null") as refused:
        SampleChange.model_validate({"displayName": None})
    assert _errors(refused)[0]["loc"] == ("displayName",)


def _errors(refused: pytest.ExceptionInfo[ValidationError]) -> list[ErrorDetails]:
    return refused.value.errors()


def test_a_page_says_whether_it_goes_on() -> None:
    assert Page([], limit=20, next_cursor=None).pagination.has_more is False
    assert Page([], limit=20, next_cursor="c").pagination.has_more is True


def test_a_reply_keeps_copies() -> None:
    meta = {"replayed": True}
    reply = Reply(Sample(display_name="Ada"), meta=meta)
    meta.clear()
    assert reply.meta == {"replayed": True}


@pytest.mark.covers("S-P-23")
@pytest.mark.parametrize(
    ("location", "name"),
    [
        (("body",), "body"),
        (("body", "title"), "title"),
        (("body", "members", 0, "name"), "members.0.name"),
        (("query", "limit"), "limit"),
        (("body", 12), "body"),
        (("header", "Idempotency-Key"), "Idempotency-Key"),
        (("body", "frequency", "literal['daily']"), "frequency"),
        (("body", "frequency", "function-after[_whole(), FrequencyView]", "weekdays", 0), "frequency.weekdays.0"),
        (("body", "frequency", "FrequencyView", "n"), "frequency.n"),
        (("body", "preferences", "theme", "constrained-str"), "preferences.theme"),
        (("body", "preferences", "theme", "bool"), "preferences.theme"),
    ],
)
def test_a_field_is_named_as_the_client_knows_it(location: tuple[int | str, ...], name: str) -> None:
    assert field_of(location) == name
