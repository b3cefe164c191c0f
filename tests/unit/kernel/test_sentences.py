"""Errors of input are said with the limit and what there is, or with an example."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError

from shared.kernel.shells.sentences import FORM, example_at, sentence
from shared.kernel.text.reading import Line
from shared.kernel.wire import InstantInput, Wire


class Inner(Wire):
    """Inside."""

    code: Annotated[str, Field(pattern=r"^[a-z]{3}$", examples=["abc"])]


class Sample(Wire):
    """A request."""

    name: Annotated[Line, Field(min_length=1, max_length=3)] = "Ada"
    entries: Annotated[list[int], Field(default_factory=list, max_length=200)]
    day: date | None = None
    at: InstantInput | None = None
    kind: Literal["a", "b"] = "a"
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    inner: list[Inner] = Field(default_factory=list)
    named: dict[Annotated[str, Field(pattern="^[a-z]+$", examples=["theme"])], bool] = Field(default_factory=dict)
    shape: Annotated[str, Field(pattern="^x$")] = "x"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"entries": [1] * 203}, "At most 200 entries are possible; there are 203"),
        ({"name": "Adaa"}, "At most 3 characters are possible; there are 4"),
        ({"name": "\u202e\u200b"}, "At least 1 character is needed that can be seen"),
        ({"name": 7}, "A text is needed"),
        ({"name": "a\nb"}, "Text without line breaks and control characters is needed"),
        ({"day": "2026-02-30"}, "A date such as 2026-03-01 is needed"),
        ({"at": "2026-03-01T25:00:00Z"}, "A time such as 2026-03-01T09:30:00Z is needed"),
        ({"kind": "c"}, "One of 'a' or 'b' is needed"),
        ({"share": 0}, "More than 0.0 is needed"),
        ({"share": 1}, "Less than 1.0 is needed"),
        ({"inner": [{"code": "abc"}, {"code": "ABC"}]}, "Something like abc is needed"),
        ({"inner": [{}]}, "This is needed"),
        ({"named": {"A": True}}, "Something like theme is needed"),
        ({"named": {"a": 7}}, "true or false is needed"),
        ({"shape": "y"}, FORM),
        ({"more": 1}, "There is no such field"),
    ],
)
def test_an_error_is_said_so_that_one_can_act_on_it(value: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sample.model_validate(value)
    (error,) = refused.value.errors()
    assert sentence(error, example_at(Sample, error["loc"])).lower() == told.lower()


def test_an_error_that_nobody_thought_of_is_said_in_our_words() -> None:
    assert sentence({"type": "something_new", "msg": "Input should be green", "loc": (), "input": None}) == FORM
