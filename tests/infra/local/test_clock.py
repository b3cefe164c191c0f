"""The local stack's clock is the machine's until a file moves it, and goes forward only."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.local import clock
from infra.local.clock import LocalClock, read_target

PRESENT = datetime(2026, 3, 1, 8, tzinfo=UTC)
MOMENT = timedelta(seconds=5)


def test_without_a_file_it_is_the_machines_time_and_cannot_be_moved(tmp_path, monkeypatch):
    monkeypatch.delenv(clock.VARIABLE, raising=False)
    assert abs(clock.now() - datetime.now(UTC)) < MOMENT
    assert abs(LocalClock(tmp_path / "none").now() - datetime.now(UTC)) < MOMENT
    with pytest.raises(ValueError, match=clock.VARIABLE):
        clock.local_clock().move(days=1)


def test_every_reader_of_the_file_follows_a_move(tmp_path, monkeypatch):
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock"))
    mover = LocalClock(tmp_path / "clock")
    instant = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    assert mover.move_to(instant) == instant
    assert timedelta() <= clock.now() - instant < MOMENT
    assert timedelta() <= mover.move(hours=1) - instant - timedelta(hours=1) < MOMENT
    assert abs(clock.seconds() - (instant + timedelta(hours=1)).timestamp()) < 5


@pytest.mark.parametrize("step", [timedelta(seconds=-1), timedelta(days=-9)])
def test_time_never_goes_back(tmp_path, step):
    moved = LocalClock(tmp_path / "clock")
    moved.move(days=9)
    with pytest.raises(ValueError, match="forward only"):
        moved.move_to(moved.now() + step)


def test_an_instant_without_a_zone_is_refused(tmp_path):
    with pytest.raises(ValueError, match="zone"):
        LocalClock(tmp_path / "clock").move_to(datetime(2126, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+2d", PRESENT + timedelta(days=2)),
        ("+1d12h", PRESENT + timedelta(hours=36)),
        ("+90m", PRESENT + timedelta(minutes=90)),
        ("+5s", PRESENT + timedelta(seconds=5)),
        ("2026-03-01T08:00:00Z", PRESENT),
        ("2026-03-01T13:45:00+05:45", PRESENT),
    ],
)
def test_a_person_names_a_step_or_an_instant(text, expected):
    assert read_target(text, PRESENT) == expected


@pytest.mark.parametrize("text", ["", "+", "2d", "-2d", "tomorrow", "+2w", "2026-03-01T08:00:00", "+²d"])
def test_what_is_neither_is_refused(text):
    with pytest.raises(ValueError):
        read_target(text, PRESENT)
