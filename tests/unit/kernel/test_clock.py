"""Instants are UTC with milliseconds, and nothing else is taken for one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.kernel.clock import SystemClock, from_ms, to_ms
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute
from shared.kernel.wire import Instant, InstantInput

MILLISECONDS = st.integers(0, 4_000_000_000_000)


@given(MILLISECONDS)
def test_an_instant_survives_storage(milliseconds: int) -> None:
    instant = from_ms(milliseconds)
    assert to_ms(instant) == milliseconds
    assert InstantAttribute().deserialize(InstantAttribute().serialize(instant)) == instant


@given(MILLISECONDS)
def test_an_expiry_is_whole_seconds_and_never_later(milliseconds: int) -> None:
    kept = ExpiryAttribute().deserialize(ExpiryAttribute().serialize(from_ms(milliseconds)))
    assert timedelta(0) <= from_ms(milliseconds) - kept < timedelta(seconds=1)


def test_the_clock_tells_utc_to_the_millisecond() -> None:
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1000 == 0


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_ms(datetime(2026, 3, 1))  # noqa: DTZ001 - the point
    with pytest.raises(ValidationError, match="zone"):
        TypeAdapter(InstantInput).validate_json('"2026-03-01T09:30:00"')


@pytest.mark.covers("X-P-33")
def test_the_wire_says_utc_with_z_whatever_zone_it_was_told_in() -> None:
    told = datetime(2026, 3, 1, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    assert TypeAdapter(Instant).dump_json(told) == b'"2026-03-01T09:30:00.000Z"'
    assert TypeAdapter(InstantInput).validate_json('"2026-03-01T10:30:00+01:00"') == datetime(
        2026, 3, 1, 9, 30, tzinfo=UTC
    )


@given(st.integers())
def test_an_integer_survives_storage_whatever_its_size(value: int) -> None:
    assert IntegerAttribute().deserialize(IntegerAttribute().serialize(value)) == value


@pytest.mark.parametrize("wrong", [1.0, True, "1", None])
def test_storage_takes_no_other_number(wrong: object) -> None:
    with pytest.raises(TypeError):
        IntegerAttribute().serialize(wrong)  # type: ignore[arg-type]
