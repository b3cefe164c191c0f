"""People with goals, on a bad network: they log, forget, correct, pause and travel while days end around them.

Everything runs on a simulated clock and real storage. What became of it is judged by a model of its own, written
another way than the engine: a plain reading of dates, outcomes and logs.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from shared.accountability.goals import days, lifecycle, logs, offline, outages, profiles
from shared.accountability.goals.errors import AlreadyLogged, AlreadyPaused, DayNotOpen, TooSoon
from shared.accountability.goals.frequency import Frequency
from shared.accountability.goals.items import DUE_KIND, Day, Goal
from shared.accountability.goals.schemas import AccountabilityProfileChange, OfflineLog, OutageReport, PauseRequest
from shared.accountability.items import goal_pk, run_topic
from shared.kernel import due
from shared.kernel.config import settings
from shared.kernel.errors import Unavailable
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Put, commit
from tests import faults, goals
from tests.outbox import sent

T = TypeVar("T")

START = datetime(2026, 2, 27, 10, tzinfo=UTC)
STEP = timedelta(hours=1)
ZONES = (
    "America/New_York",
    "Asia/Kathmandu",
    "Europe/Berlin",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "America/Havana",
    "Australia/Lord_Howe",
    "UTC",
)
FREQUENCIES: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"kind": "WEEKDAYS", "weekdays": (1, 2, 4, 6)},
    {"kind": "PER_WEEK", "n": 3},
    {"kind": "EVERY_N_DAYS", "n": 3},
)
FINAL = {"MISSED", "REST", "LOGGED", "PAUSED", "EXCUSED"}


@dataclass
class Person:
    """Somebody with one goal, and what the model knows of it."""

    user_id: str
    goal_id: str
    zones: set[str]
    eager: float
    corrects: bool
    rest: set[str]
    frequency: str
    logged: dict[str, bool] = field(default_factory=dict)
    paused: tuple[str, str] | None = None
    planned_on: str = ""


@dataclass
class Life:
    """What happened."""

    people: list[Person]
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def simulate(seed: int, *, people: int, spell: int, rate: float) -> Life:
    """Let people live for a number of days, a share of the requests to storage meeting a fault, and judge."""
    source = random.Random(seed)
    world = Life([_born(source, number) for number in range(people)])
    outage = START + timedelta(days=spell // 2 - 1, hours=source.randrange(24))
    now, pending = START, []
    with faults.injected(faults.at_random(seed, rate), stale=rate, seed=seed) as met:
        run = _Runner(world, met)
        while now < START + timedelta(days=spell):
            down = outage <= now < outage + timedelta(hours=3)
            if now == outage + timedelta(hours=3):
                told = OutageReport.model_validate({"from": outage.isoformat(), "to": now.isoformat()})
                run.insist(lambda at=told, ended=now: outages.report(at, by="test", now=ended))
            if not down:
                pending = _deliver(run, source, pending, now)
                for person in world.people:
                    _act(run, source, person, now)
            now += STEP
        for _ in range(people * spell):
            left = list(due.due_before(Goal, DUE_KIND, now))
            if not left:
                break
            for pk, sk, _at in left:
                run.insist(lambda pk=pk, sk=sk: days.close_due(pk, sk, now=now))
        world.counts.update({f"fault {kind}": count for kind, count in met.seen.items()})
    _judge(world, (outage, outage + timedelta(hours=3)), now)
    return world


def _born(source: random.Random, number: int) -> Person:
    zone, frequency = source.choice(ZONES), FREQUENCIES[number % len(FREQUENCIES)]
    owner = goals.member(f"usr_{number}", zone=zone, day_start=source.choice([0, 0, 180]), grace=source.choice([0, 90]))
    made = goals.goal(owner, f"gol_{number}", now=START)
    made.frequency = Frequency(since=made.open_day, **frequency).model_dump_json()
    made.rest_days = sorted((date.fromisoformat(made.open_day) + timedelta(days=ahead)).isoformat() for ahead in (4, 9))
    for item in (owner, made):
        commit(Put(item))
    eager, corrects = (0.15, 0.03, 0.01)[number % 3], bool(number % 2)
    return Person(made.user_id, made.goal_id, {zone}, eager, corrects, set(made.rest_days), made.frequency)


class _Runner:
    """Runs operations the way clients and queues do: again until there is an answer."""

    def __init__(self, world: Life, met: faults.Faults) -> None:
        self.world = world
        self._met = met

    def insist(self, operation: Callable[[], T]) -> T:
        """Return what an operation answers at last."""
        for _ in range(50):
            try:
                return operation()
            except (Unavailable, faults.Crash) as lost:
                self.world.counts[f"lost {type(lost).__name__}"] += 1
                self._met.revive()
        raise AssertionError("no answer after fifty tries")

    def count(self, what: str) -> None:
        """Note that something happened."""
        self.world.counts[what] += 1


Pending = list[tuple[datetime, str, str]]


def _deliver(run: _Runner, source: random.Random, pending: Pending, now: datetime) -> Pending:
    """Sweep, and deliver each message none to five times, some of them a day late, in no order."""
    for pk, sk, _ in due.due_before(Goal, DUE_KIND, now):
        times = source.choice([0, 0, 1, 1, 1, 2, 3, 4, 5])
        run.count(f"delivered {times} times")
        for _ in range(times):
            late = source.choice([0, 0, 0, 1, 5, 26])
            run.count("late") if late else None
            pending.append((now + timedelta(hours=late), pk, sk))
    ready = [message for message in pending if message[0] <= now]
    source.shuffle(ready)
    for _, pk, sk in ready:
        run.insist(lambda pk=pk, sk=sk: days.close_due(pk, sk, now=now))
    return [message for message in pending if message[0] > now]


def _act(run: _Runner, source: random.Random, person: Person, now: datetime) -> None:
    if source.random() < person.eager:
        _log(run, source, person, now)
    if source.random() < 0.005:
        zone = source.choice(ZONES)
        run.insist(lambda: profiles.change(person.user_id, AccountabilityProfileChange(zone=zone), now=now))
        person.zones.add(zone)
        run.count("journeys")
    if source.random() < 0.005 and person.paused is None:
        _pause(run, source, person, now)
    if person.corrects and source.random() < 0.012:
        _correct(run, source, person, now)


def _entry(request_id: str, now: datetime, *, completed: bool, day: str | None = None) -> logs.Entry:
    values = {"completed": completed, "notes": None, "photo": None, "video": None, "voice": None}
    return logs.Entry(values, request_id, now, by="test", date=day)


def _log(run: _Runner, source: random.Random, person: Person, now: datetime) -> None:
    # A goal of so many days a week keeps what it has: an edit never takes a completed day back.
    entry = _entry(f"req-{source.random()}", now, completed=source.random() < 0.9)
    try:
        logged = run.insist(lambda: logs.log(person.user_id, person.goal_id, entry, now=now))
    except AlreadyLogged as standing:
        run.count("logged before")
        if standing.data.date not in person.logged:
            run.world.wrong.append(f"{person.goal_id}: {standing.data.date} has a log that nobody wrote")
        return
    again = run.insist(lambda: logs.log(person.user_id, person.goal_id, entry, now=now + timedelta(hours=2)))
    if (again.day.date, again.replayed) != (logged.day.date, True):
        run.world.wrong.append(f"{person.goal_id}: one request logged {logged.day.date} and {again.day.date}")
    if logged.goal.missed_run:
        run.world.wrong.append(f"{person.goal_id}: a run of misses goes on after the log of {logged.day.date}")
    if logged.day.date in person.logged:
        run.world.wrong.append(f"{person.goal_id}: {logged.day.date} was logged twice")
    person.logged[logged.day.date] = entry.values["completed"]
    run.count("logs")


def _pause(run: _Runner, source: random.Random, person: Person, now: datetime) -> None:
    goal = _goal(person)
    first = _later(goal.open_day, source.choice([0, 1, 2, 3]))
    until = _later(first, source.randrange(3))
    wanted = PauseRequest.model_validate({"from": first, "until": until})
    try:
        found = run.insist(lambda: lifecycle.pause(person.user_id, person.goal_id, wanted, now=now))
    except TooSoon:
        run.count("pauses refused")
        return
    except AlreadyPaused:
        found = None
    person.paused = first, until
    person.planned_on = found.open_day.date if found else goal.open_day
    run.count("pauses")


def _correct(run: _Runner, source: random.Random, person: Person, now: datetime) -> None:
    """Log a day that is over, from a device or by hand; or say of a log that it was done after all."""
    back = source.randrange(1, 10)
    day = _later(_goal(person).open_day, -back)
    if day in person.logged:
        try:
            run.insist(lambda: logs.edit(person.user_id, person.goal_id, day, {"completed": True}, now=now))
        except DayNotOpen:
            run.count("too late")
            return
        person.logged[day] = True
        run.count("edits")
        return
    one = OfflineLog.model_validate(
        {
            "goalId": person.goal_id,
            "date": day,
            "requestId": f"off-{source.random()}",
            "recordedAt": now.isoformat(),
            "completed": True,
        }
    )
    if run.insist(lambda: _merged(person, one, now)) == "REFUSED":
        run.count("too late")
        return
    person.logged[day] = True
    run.count("corrections")


def _merged(person: Person, one: OfflineLog, now: datetime) -> str:
    (result,), _ = offline.merge(person.user_id, [one], now=now)
    if result.code == Unavailable.code:
        raise Unavailable
    return result.result


def _goal(person: Person) -> Goal:
    found = reads.get(Goal, f"USER#{person.user_id}", f"GOAL#{person.goal_id}")
    assert found is not None
    return found


def _later(day: str, days_later: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days_later)).isoformat()


def first_instant(day: str, minutes: int, zone: str) -> datetime:
    """Return the first instant at which the clocks of a zone show a date's time or a later one, by looking for it."""
    wanted = datetime.combine(date.fromisoformat(day), time(minutes // 60, minutes % 60))
    place, step = ZoneInfo(zone), timedelta(minutes=15)
    at = wanted.replace(tzinfo=UTC) - timedelta(hours=15)
    while at.astimezone(place).replace(tzinfo=None) < wanted:
        at += step
    low, high = at - step, at
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(place).replace(tzinfo=None) >= wanted else (middle, high)
    return high.replace(microsecond=0)


def _judge(world: Life, outage: tuple[datetime, datetime], now: datetime) -> None:
    told: dict[str, list[dict[str, Any]]] = {
        name: sent("accountability", name) for name in ("DayMissed", "GoalLogged", "RunWithdrawn", "MilestoneReached")
    }
    topics = _topics()
    for person in world.people:
        mine = {name: [one for one in events if one["goal_id"] == person.goal_id] for name, events in told.items()}
        problems = _problems(world, person, mine, outage, now)
        ended = [one["ended_run"] for one in mine["GoalLogged"]] + [one["missed_since"] for one in mine["RunWithdrawn"]]
        problems += [
            f"the run since {since} goes on"
            for since in ended
            if since and run_topic(person.goal_id, since) not in topics
        ]
        world.wrong += [f"{person.goal_id}: {problem}" for problem in problems]


def _topics() -> set[str]:
    pages = dynamodb().get_paginator("scan").paginate(TableName=settings().table("messaging"))
    return {item["pk"]["S"].removeprefix("TOPIC#") for page in pages for item in page["Items"]}


def _problems(
    world: Life, person: Person, told: dict[str, list[dict[str, Any]]], outage: tuple[datetime, datetime], now: datetime
) -> list[str]:
    goal, owner = _goal(person), profiles.member_of(person.user_id)
    key = (Day.pk == goal_pk(person.goal_id)) & Day.sk.startswith("DAY#")
    rows = [Day.load(dict(raw)) for raw in reads.query_all(Day, key, consistent=True)]
    over = [row for row in rows if row.outcome]
    world.counts.update(row.outcome for row in over)
    grace = timedelta(minutes=owner.grace)
    problems = _tiling(person, over, goal, owner.day_start, now)
    problems += [f"{row.date} was settled too early" for row in over if row.closed_at < row.closes_at + grace]
    expected = _outcomes(person, over, outage, owner.grace)
    problems += [
        f"{row.date} is {row.outcome}, not {expected[row.date]}" for row in over if row.outcome != expected[row.date]
    ]
    found_logs = {row.date: bool(row.completed) for row in rows if row.log_id}
    if found_logs != person.logged:
        problems.append(f"logs are {found_logs}, not {person.logged}")
    done = [(row.date, row.outcome, bool(row.completed)) for row in over]
    today = [(goal.open_day, "LOGGED", found_logs[goal.open_day])] if goal.open_day in found_logs else []
    problems += _numbers(person, goal, done + today)
    return problems + _events(person, over, found_logs, told)


def _tiling(person: Person, over: list[Day], goal: Goal, day_start: int, now: datetime) -> list[str]:
    problems = []
    ends = [*((row.date, row.zone, row.opened_at, row.closes_at) for row in over)]
    ends.append((goal.open_day, goal.open_zone, goal.opened_at, goal.closes_at))
    for (day, zone, opened, closes), (following, _, began, _) in pairwise(ends):
        after = _later(day, 1)
        if following != after or began != closes:
            problems.append(f"{following} does not follow {day}")
        if zone not in person.zones or closes != max(opened, first_instant(after, day_start, zone)):
            problems.append(f"{day} ends at {closes} in {zone}")
    if goal.due_at is None or goal.due_at <= now:
        problems.append(f"{goal.open_day} should be over")
    return problems


def _outcomes(person: Person, over: list[Day], outage: tuple[datetime, datetime], grace: int) -> dict[str, str]:
    """Return what each day should have come to, from the logs as they are now."""
    frequency = Frequency.model_validate_json(person.frequency)
    expected: dict[str, str] = {}
    for row in over:
        if row.date in person.logged:
            expected[row.date] = "LOGGED"
        elif person.paused and person.paused[0] <= row.date <= person.paused[1]:
            expected[row.date] = "PAUSED"
        elif row.date in person.rest or not _asked(frequency, row.date):
            expected[row.date] = "REST"
        elif row.closes_at - row.opened_at < timedelta(hours=12):
            expected[row.date] = "EXCUSED"
        elif not _lacking(person, frequency, row.date, expected):
            expected[row.date] = "REST"
        else:
            ends = row.closes_at + timedelta(minutes=grace)
            lost = min(outage[1], ends) - max(outage[0], row.opened_at)
            expected[row.date] = "EXCUSED" if lost >= timedelta(minutes=30) else "MISSED"
    return expected


def _asked(frequency: Frequency, day: str) -> bool:
    return frequency.kind != "WEEKDAYS" or date.fromisoformat(day).weekday() + 1 in frequency.weekdays


def _lacking(person: Person, frequency: Frequency, day: str, known: dict[str, str]) -> bool:
    when = date.fromisoformat(day)
    if frequency.kind == "PER_WEEK":
        first, length, times = when - timedelta(days=when.weekday()), 7, frequency.n
    elif frequency.kind == "EVERY_N_DAYS":
        begun, length, times = date.fromisoformat(frequency.since), frequency.n, 1
        first = begun + (when - begun) // timedelta(days=length) * timedelta(days=length)
    else:
        return True
    whole = [(first + timedelta(days=ahead)).isoformat() for ahead in range(length)]
    # A day that was over before the pause was planned counted on the days that the pause took away.
    paused = person.paused if person.paused and day >= person.planned_on else None
    planned = {one for one in whole if one in person.rest or (paused and paused[0] <= one <= paused[1])}
    usable = [
        one
        for one in whole
        if known.get(one) == "LOGGED" or (one not in planned and (one >= day or known.get(one) in {"MISSED", "REST"}))
    ]
    share = int(Fraction(times * len(usable), length) + Fraction(1, 2))
    done = sum(person.logged.get(one, False) for one in whole if one < day)
    return done + len([one for one in usable if one > day]) < share


def _numbers(person: Person, goal: Goal, done: list[tuple[str, str, bool]]) -> list[str]:
    marks = "".join("d" if completed else "x" for _, outcome, completed in done if outcome in {"LOGGED", "MISSED"})
    streak, longest = len(marks) - len(marks.rstrip("d")), max(map(len, marks.split("x")), default=0)
    run: list[str] = []
    resting = person.paused and person.paused[0] <= goal.open_day <= person.paused[1]
    for day, outcome, _ in () if resting else reversed(done):
        if outcome in {"LOGGED", "PAUSED"}:
            break
        run += [day] if outcome == "MISSED" else []
    asked = [completed for _, outcome, completed in done if outcome in {"LOGGED", "MISSED"}]
    expected = (streak, longest, len(run), run[-1] if run else None, sum(asked), len(asked))
    found = (
        goal.streak,
        goal.longest_streak,
        goal.missed_run,
        goal.missed_since,
        goal.days_done,
        goal.days_asked,
    )
    return [f"adds up to {found}, not {expected}"] if found != expected else []


def _events(
    person: Person, over: list[Day], found_logs: dict[str, bool], told: dict[str, list[dict[str, Any]]]
) -> list[str]:
    missed = [one["date"] for one in told["DayMissed"]]
    reached = [(one["date"], one["days"]) for one in told["MilestoneReached"]]
    come_to = {row.date: row.outcome for row in over}
    problems = [
        f"nobody heard that {day} was missed"
        for day, outcome in come_to.items()
        if outcome == "MISSED" and day not in missed and _later(day, 1) not in found_logs and not _rests(person, day)
    ]
    checks = {
        "a miss was told twice": len(missed) != len(set(missed)),
        "some log was not told": set(found_logs) != {one["date"] for one in told["GoalLogged"]},
        "a milestone was told twice": len(reached) != len(set(reached)),
        "a day was told as missed that was not": not person.corrects
        and any(come_to[day] != "MISSED" for day in missed),
        "a milestone was overlooked": not person.corrects and not 0 <= len(reached) - _milestones(over) <= 1,
    }
    return problems + [problem for problem, is_so in checks.items() if is_so]


def _rests(person: Person, day: str) -> bool:
    """Tell whether a pause begins with the next day, which ends what the day's miss would begin."""
    return person.paused is not None and person.paused[0] == _later(day, 1)


def _milestones(over: list[Day]) -> int:
    """Return how often a streak of the days that are over came to a milestone; today's log may be one more."""
    streak = reached = 0
    for row in over:
        if row.outcome in {"LOGGED", "MISSED"}:
            streak = streak + 1 if row.completed else 0
            reached += bool(row.completed) and streak in {7, 30, 60}
    return reached
