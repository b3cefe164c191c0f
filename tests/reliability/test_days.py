"""R-15: days end exactly once, at the right instant, however zones, clocks, deliveries and races go."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import available_timezones

import pytest

from shared.accountability.goals import days, logs
from shared.accountability.goals.calendar import Habits, day_at, ends_at, following, opening, shifted
from shared.accountability.goals.errors import AlreadyLogged
from shared.accountability.goals.items import Day, Goal, day_sk
from shared.accountability.items import goal_pk
from shared.kernel.clock import to_ms
from shared.kernel.due import due_shard
from shared.kernel.names import due_queue, queue_name
from shared.kernel.storage import reads
from shared.kernel.storage.client import aws_client, dynamodb
from tests import daylife, faults, goals, money, mutants
from tests.figures import tell
from tests.mutants import Mutant
from tests.outbox import sent

SEED = 20260315
ROUNDS = 10_000

# Dates around changes of clocks, and a date that a zone left out.
DST = [
    ("America/New_York", "2026-03-08", 150),
    ("America/New_York", "2026-11-01", 90),
    ("Europe/Berlin", "2026-03-29", 150),
    ("Europe/Berlin", "2026-10-25", 150),
    ("Africa/Cairo", "2026-04-24", 0),
    ("America/Havana", "2026-03-08", 0),
    ("America/Havana", "2026-11-01", 30),
    ("America/Santiago", "2026-09-06", 0),
    ("Asia/Beirut", "2026-03-29", 0),
    ("Australia/Lord_Howe", "2026-10-04", 135),
    ("Australia/Lord_Howe", "2026-04-05", 105),
    ("Africa/Casablanca", "2026-02-15", 150),
    ("Antarctica/Troll", "2026-03-29", 60),
    ("Pacific/Apia", "2011-12-30", 0),
    ("Pacific/Kwajalein", "1993-08-21", 0),
]


def _drawn(seed: int) -> list[tuple[str, str, int]]:
    source, zones = random.Random(seed), sorted(available_timezones())
    first = date(2000, 1, 1).toordinal()
    return [
        (source.choice(zones), date.fromordinal(first + source.randrange(13_500)).isoformat(), source.randrange(721))
        for _ in range(ROUNDS)
    ]


@pytest.mark.covers("R-15", "X-A-19", "S-A-52")
def test_every_intended_day_comes_exactly_once_and_ends_when_the_clocks_say() -> None:
    seed, source = money.seed(SEED), random.Random(SEED)
    lengths: Counter[float] = Counter()
    for zone, day, wall in _drawn(seed) + DST * 10:
        habits = Habits(zone, wall, source.choice([0, 60, 720]))
        end = ends_at(day, habits)
        assert end == daylife.first_instant(shifted(day, 1), wall, zone), (zone, day, wall)
        # Lived through from some instant two days before: each date once, and the day in question with its end.
        window = opening(end - timedelta(hours=source.randrange(48, 72)), habits)
        lived = [window]
        while lived[-1].day < shifted(day, 1):
            lived.append(following(lived[-1], habits))
        dates = [one.day for one in lived]
        assert dates == [shifted(dates[0], ahead) for ahead in range(len(dates))]
        (intended,) = [one for one in lived if one.day == day]
        assert intended.closes_at == end
        assert end == intended.opened_at or day_at(end - timedelta(milliseconds=1), habits) == day
        lengths[(end - intended.opened_at) / timedelta(hours=1)] += 1
    tell({"seed": seed, "days": sum(lengths.values()), "hours": dict(lengths.most_common(12))})
    assert {0.0, 23.0, 23.5, 24.0, 24.5, 25.0} <= set(lengths), "a kind of day never came"


SKEWS = (-90, -1, 0, 1, 90)
"""Seconds by which the clock of a copy differs from the true time."""

MOMENTS = (-120, -60, -1, 0, 1, 60, 120)
"""Seconds between the deadline and the true time."""


@pytest.mark.covers("R-15", "X-A-18")
@pytest.mark.parametrize("grace", [0, 60])
def test_whoevers_clock_is_wrong_a_log_is_kept_once_and_the_day_is_settled_once(stage: str, grace: int) -> None:
    """Each copy decides by its own clock: a log is of the day that is open by the clock of the one that takes it."""
    cells = 0
    for moment in MOMENTS:
        for worker in SKEWS:
            for copy in SKEWS:
                for log_first in (True, False):
                    cells += 1
                    _cell(f"{cells}", grace, moment, worker, copy, log_first=log_first)
    tell({"cells": cells})
    assert cells == len(MOMENTS) * len(SKEWS) ** 2 * 2


def _cell(name: str, grace: int, moment: int, worker: int, copy: int, *, log_first: bool) -> None:
    goal = goals.put_goal(f"usr_{name}", f"gol_{name}", grace=grace)
    day, deadline = goal.open_day, goal.due_at
    true = deadline + timedelta(seconds=moment)
    by_worker, by_copy = true + timedelta(seconds=worker), true + timedelta(seconds=copy)
    entry = logs.Entry({"completed": True}, "req", by_copy, by="test")

    def log() -> str:
        return str(logs.log(goal.user_id, goal.goal_id, entry, now=by_copy).day.date)

    def close() -> None:
        days.close_due(goal.pk, goal.sk, now=by_worker)

    if log_first:
        logged = log()
        close()
    else:
        close()
        logged = log()
    closed_before = not log_first and by_worker >= deadline
    expected = day if by_copy < deadline and not closed_before else shifted(day, 1)
    assert logged == expected, (moment, worker, copy, log_first)
    settled = max(by_copy, by_worker) >= deadline
    row = reads.get(Day, goal_pk(goal.goal_id), day_sk(day))
    outcome = ("LOGGED" if logged == day else "MISSED") if settled else None
    assert (row.outcome if row else None) == outcome, (moment, worker, copy, log_first)


def _lives(seed: int, people: int, spell: int, rate: float) -> daylife.Life:
    began = time.monotonic()
    world = daylife.simulate(seed, people=people, spell=spell, rate=rate)
    tell(
        {"seed": seed, "seconds": round(time.monotonic() - began, 1), "wrong": world.wrong[:5]}
        | {name: world.counts[name] for name in sorted(world.counts)}
    )
    return world


def _covered(counts: Counter[str], least: int) -> None:
    names = [*daylife.FINAL, "logs", "corrections", "edits", "journeys", "pauses", "late"]
    names += [f"delivered {times} times" for times in range(6)] + [f"fault {kind}" for kind in faults.KINDS]
    assert all(counts[name] >= least for name in names), {name: counts[name] for name in names if counts[name] < least}


@pytest.mark.covers("R-15", "S-A-65", "X-A-19", "X-A-21", "X-A-22")
def test_a_few_lives_come_to_what_the_model_says(stage: str) -> None:
    world = _lives(money.seed(SEED), people=10, spell=16, rate=0.1)
    assert world.wrong == []
    _covered(world.counts, 1)


@pytest.mark.soak
@pytest.mark.covers("R-15", "S-A-65", "X-A-19", "X-A-21", "X-A-22")
def test_many_lives_come_to_what_the_model_says(stage: str) -> None:
    world = _lives(money.seed(SEED + 1), people=80, spell=45, rate=0.1)
    assert world.wrong == []
    _covered(world.counts, 20)


def _together(*tasks: Callable[[], Any]) -> list[Any]:
    """Run tasks in threads that begin at once, and return what they made or raised."""
    ready, results = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(number: int, task: Callable[[], Any]) -> None:
        ready.wait()
        try:
            results[number] = task()
        except AlreadyLogged as refused:
            results[number] = refused

    threads = [threading.Thread(target=run, args=one) for one in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _race(number: int, seen: Counter[str]) -> list[str]:
    """Let four workers and four logs of two requests meet at the deadline; by some clocks the day is still open."""
    goal = goals.put_goal(f"usr_{number}", f"gol_{number}")
    after = goal.due_at
    before = after - timedelta(milliseconds=number % 2)

    def log(request: str, now: datetime) -> logs.Logged:
        entry = logs.Entry({"completed": True}, request, now, by="test")
        return logs.log(goal.user_id, goal.goal_id, entry, now=now)

    tasks: list[Callable[[], Any]] = [lambda: days.close_due(goal.pk, goal.sk, now=after)] * 4
    tasks += [partial(log, request, now) for now in (before, after) for request in ("a", "b")]
    random.Random(number).shuffle(tasks)
    made = _together(*tasks)
    logged = [one for one in made if isinstance(one, logs.Logged)]
    fresh = sorted((one.day.date, one.day.request_id) for one in logged if not one.replayed)
    key = (Day.pk == goal_pk(goal.goal_id)) & Day.sk.startswith("DAY#")
    rows = [Day.load(dict(raw)) for raw in reads.query_all(Day, key, consistent=True)]
    standing = reads.get(Goal, goal.pk, goal.sk)
    assert standing is not None
    first = rows[0]
    seen[str(first.outcome)] += 1
    missed = [event for event in sent("accountability", "DayMissed") if event["goal_id"] == goal.goal_id]
    checks = {
        "settled twice": sum(one for one in made if isinstance(one, int)) > 1,
        "a log was lost": sorted((row.date, row.request_id) for row in rows if row.log_id) != fresh,
        "the day has another outcome than its log": first.outcome != ("LOGGED" if first.log_id else "MISSED"),
        "the streak is not what the logs say": standing.streak != len(fresh),
        "a run goes on after a log": standing.missed_run != 0,
        "another day is open": standing.open_day != shifted(goal.open_day, 1),
        "a miss was not told once": len(missed) != (first.outcome == "MISSED"),
    }
    return [f"{number}: {problem}" for problem, is_so in checks.items() if is_so]


@pytest.mark.covers("R-15", "X-A-15", "X-A-21")
def test_logs_that_race_the_end_of_the_day_have_one_effect(stage: str) -> None:
    seen: Counter[str] = Counter()
    assert [problem for number in range(40) for problem in _race(number, seen)] == []
    tell(dict(seen))
    assert set(seen) == {"LOGGED", "MISSED"}


DUE, STORED = 5_000, 20_000


@pytest.mark.soak
def test_five_thousand_days_that_end_in_one_minute_are_handed_over_within_it(stage: str) -> None:
    """The other goals that are stored end another day; they cost nothing."""
    sqs = aws_client("sqs")
    url, _ = (sqs.create_queue(QueueName=queue_name(stage, due_queue(kind)))["QueueUrl"] for kind in ("day", "outage"))
    owner = goals.member("usr_many")
    first = goals.goal(owner)
    now = first.due_at - timedelta(seconds=60)
    rows = (first.dump() for _ in range(STORED))
    batch: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        pk, ends = f"USER#usr_{number}", first.due_at + timedelta(milliseconds=12 * number, days=number >= DUE)
        row |= {"pk": {"S": pk}, "due_shard": {"S": due_shard("day", pk)}, "due_at": {"N": str(to_ms(ends))}}
        batch.append({"PutRequest": {"Item": row}})
        if len(batch) == 25:
            assert not dynamodb().batch_write_item(RequestItems={first.table(): batch})["UnprocessedItems"]
            batch = []
    began = time.monotonic()
    sent_before = days.sweep(now=now) + days.sweep(now=now + timedelta(minutes=1))
    took = time.monotonic() - began
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    queued = sum(int(attributes[name]) for name in attributes if name.startswith("ApproximateNumberOfMessages"))
    tell({"due": DUE, "stored": STORED, "seconds": round(took, 1), "messages": sent_before})
    assert queued == sent_before >= DUE
    assert took < 60


GOALS = "shared.accountability.goals"
STATE, DAYS, LOGS = f"{GOALS}.repository", f"{GOALS}.days", f"{GOALS}.logs"
RULES, CALENDAR, CORRECTIONS = f"{GOALS}.rules", f"{GOALS}.calendar", f"{GOALS}.corrections"

BUGS = [
    Mutant("a day ends before its time", DAYS, "is_overdue", "goal.due_at <= now", "goal.opened_at <= now"),
    Mutant("a log is overlooked", DAYS, "settle", "if day.log_id else", "if day.log_id and day.completed else"),
    Mutant("a log ahead is forgotten", DAYS, "settle", "if ahead and ahead.log_id:", "if False:"),
    Mutant("days do not tile", CALENDAR, "following", "window.closes_at, habits", "window.due_at, habits"),
    Mutant(
        "a journey takes a day away",
        CALENDAR,
        "following",
        "shifted(window.day, 1)",
        "day_at(window.closes_at, habits)",
    ),
    Mutant("rest days are not looked at", DAYS, "asked_of", "in (goal.rest_days or ())", "in ()"),
    Mutant("nobody hears of a miss", DAYS, "_missed", "if goal.held_at:", "if goal.missed_run > 1:"),
    Mutant("a log leaves the run going", LOGS, "_tell", "elif ended:", "elif ended and crisis:"),
    Mutant(
        "a correction is counted from nothing",
        CORRECTIONS,
        "_refold",
        "earlier[-1].tally if earlier else Tally()",
        "Tally()",
    ),
    Mutant("a correction forgets today", CORRECTIONS, "_refold", "if today and today.log_id", "if False and today"),
    Mutant("a short day is missed", RULES, "is_short", "< SHORT", "< OUTAGE"),
    Mutant("an outage excuses nobody", RULES, "lost", ">= OUTAGE", ">= 100 * OUTAGE"),
    Mutant("a week never lacks", f"{GOALS}.frequency", "falls_short", "done + left <", "done + left + 1 <"),
    Mutant("a retry logs the next day", LOGS, "_replayed", "entry.request_id == goal.last_request", "False"),
]

IN_RACES = [
    Mutant("a goal is written over whatever it became", STATE, "goal_write", "Goal.version == was", "Goal.pk.exists()"),
    Mutant("a day is logged over a log", LOGS, "_log_open", "Day.log_id.does_not_exist()", "None"),
]
"""Found by the race at the deadline."""


@pytest.mark.soak
@pytest.mark.covers("R-15")
@pytest.mark.parametrize("mutant", BUGS, ids=[bug.bug.replace(" ", "-") for bug in BUGS])
def test_a_planted_bug_is_found(mutant: Mutant, stage: str) -> None:
    _hunt(mutant)


@pytest.mark.covers("R-15")
@pytest.mark.parametrize("mutant", BUGS[::7], ids=[bug.bug.replace(" ", "-") for bug in BUGS[::7]])
def test_a_planted_bug_is_found_in_every_change(mutant: Mutant, stage: str) -> None:
    _hunt(mutant)


def _hunt(mutant: Mutant) -> None:
    with mutants.planted(mutant):
        try:
            found = daylife.simulate(money.seed(SEED), people=10, spell=16, rate=0.1).wrong
        except (LookupError, ValueError, AssertionError, TypeError) as failure:
            found = [repr(failure)]
    tell({"bug": mutant.bug, "problems": len(found), "first": found[:1]})
    assert found, "the bug was not found"


@pytest.mark.covers("R-15")
@pytest.mark.parametrize("mutant", IN_RACES, ids=[bug.bug.replace(" ", "-") for bug in IN_RACES])
def test_a_bug_that_shows_in_races_is_found(mutant: Mutant, stage: str) -> None:
    with mutants.planted(mutant):
        found = next((found for number in range(100) if (found := _race(number, Counter()))), [])
    tell({"bug": mutant.bug, "first": found[:1]})
    assert found, "the bug was not found"


def test_each_bug_still_fits_the_code() -> None:
    for mutant in BUGS + IN_RACES:
        with mutants.planted(mutant):
            pass
