"""Identifiers sort by time, or repeat for the same parts."""

import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.ids import derived_id, new_id

FORM = re.compile(r"usr_[0-7][0-9a-hjkmnp-tv-z]{25}")
NANOSECONDS = st.integers(1_600_000_000_000_000_000, 4_000_000_000_000_000_000)


def _at(nanoseconds: int) -> str:
    with patch("time.time_ns", return_value=nanoseconds):
        return new_id("usr")


@pytest.mark.covers("X-P-33")
@given(NANOSECONDS)
def test_an_id_tells_its_kind_and_has_one_form(nanoseconds: int) -> None:
    assert FORM.fullmatch(_at(nanoseconds))


@given(NANOSECONDS, st.integers(1_000_000, 10**15))
def test_what_is_made_later_sorts_later(nanoseconds: int, later: int) -> None:
    assert _at(nanoseconds) < _at(nanoseconds + later)


def test_ids_do_not_repeat() -> None:
    assert len({_at(1_700_000_000_000_000_000) for _ in range(10_000)}) == 10_000


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_the_same_parts_give_the_same_id(parts: list[str]) -> None:
    assert derived_id("usr", *parts) == derived_id("usr", *parts)
    assert FORM.fullmatch(derived_id("usr", *parts))


def test_parts_are_kept_apart() -> None:
    made = {derived_id("x", *parts) for parts in (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("", "abc"))}
    assert len(made) == 5
