"""Trying again on conflict: whose, how long, and from which state."""

import time
from collections.abc import Callable

import pytest

from shared.kernel.errors import Conflict, Unavailable
from shared.kernel.storage.conflicts import AlreadyExists, VersionConflict, known_first, retry_on_conflict


class RowChanged(Exception):
    """A loop's own conflict."""


@pytest.fixture(autouse=True)
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Provide the waits so far; time passes by them and by nothing else."""
    waits: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: sum(waits))
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def _failing(times: int, error: type[Exception]) -> Callable[[], int]:
    runs: list[int] = []

    def change() -> int:
        runs.append(1)
        if len(runs) <= times:
            raise error
        return len(runs)

    return change


@pytest.mark.parametrize("times", [0, 1, 5])
def test_a_change_is_run_until_nobody_was_faster(times: int) -> None:
    assert retry_on_conflict(_failing(times, VersionConflict)) == times + 1


def test_who_is_never_fast_enough_is_told_after_the_time(slept: list[float]) -> None:
    with pytest.raises(Unavailable):
        retry_on_conflict(_failing(10_000, VersionConflict))
    assert 4 < sum(slept) < 5
    with pytest.raises(Conflict):
        retry_on_conflict(_failing(10_000, VersionConflict), otherwise=Conflict)


@pytest.mark.parametrize("error", [RowChanged, AlreadyExists, LookupError])
def test_what_is_no_conflict_is_not_run_again(error: type[Exception], slept: list[float]) -> None:
    with pytest.raises(error):
        retry_on_conflict(_failing(1, error))
    assert slept == []


def test_a_conflict_of_the_callers_goes_through_a_loop_that_names_its_own(slept: list[float]) -> None:
    inner = _failing(1, VersionConflict)
    with pytest.raises(VersionConflict):
        retry_on_conflict(inner, of=RowChanged)
    assert slept == []
    assert retry_on_conflict(lambda: retry_on_conflict(_failing(2, RowChanged), of=RowChanged)) == 3


def test_what_was_read_before_is_used_once() -> None:
    read = known_first("before", lambda: "anew")
    assert [read(), read(), read()] == ["before", "anew", "anew"]
    assert known_first(None, lambda: "anew")() == "anew"
