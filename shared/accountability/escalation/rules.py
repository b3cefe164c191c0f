"""What escalation decides: which steps a missed day has, who is next, in which words. Pure: facts in, decision out."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.accountability.team import rules as team
from shared.kernel.clock import EPOCH

ANSWERED = frozenset({"ACCEPTED", "DONE"})
"""Answers after which nobody else is asked that day (X-A-14)."""

CANNOT = "CANNOT"

DECIDES = {None: ANSWERED | {CANNOT}, "ACCEPTED": frozenset({"DONE", CANNOT})}
"""Answers that count, by the one that stands. Who said that they will check in may yet say that they did, or cannot; in
whatever order replies come in, the same answer stands."""


class Who(StrEnum):
    """Whom a step turns to."""

    GUIDE = "GUIDE"
    PARTNERS = "PARTNERS"
    ALL = "ALL"


class Kind(StrEnum):
    """What a step wants: that somebody knows, or that they check in."""

    NOTIFY = "NOTIFY"
    ASK = "ASK"


class Obstacle(StrEnum):
    """Why a step is not taken."""

    ENDED = "ENDED"
    """The run is over: a log, a pause, an accepted dispute."""
    HELD = "HELD"
    """Words of danger: a person looks at it first (X-A-32)."""
    ANSWERED = "ANSWERED"
    """A partner takes care of it."""
    OVERTAKEN = "OVERTAKEN"
    """The next day was missed meanwhile: its own steps speak of it, in words that are true then."""
    NOBODY = "NOBODY"
    """No partner is left who agreed, is not paused, and was not asked yet."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a policy (X-A-16).

    Attributes:
        number: its place in the policy, from 1.
        who: whom it turns to.
        kind: what it wants.
        from_day: first missed day in a row that it is taken on.
        to_day: last one; ``None`` for every day after.
        count: how many partners, on ``from_day``.
        growth: how many more with each further day.
        most: never more than this.
        wait: minutes after the end of the missed day.
        hours: allowed minutes of the recipient's local day (from, to).
        acknowledge_within: minutes after which an ask that was sent and not answered goes to the next partner.
        repeat: how often it goes on to the next.
    """

    number: int
    who: Who
    kind: Kind
    from_day: int
    to_day: int | None = None
    count: int = 1
    growth: int = 0
    most: int = team.MOST_PARTNERS
    wait: int = 0
    hours: tuple[int, int] | None = None
    acknowledge_within: int | None = None
    repeat: int = 0

    def on(self, days_missed: int) -> bool:
        """Tell whether the step belongs to a missed day."""
        return self.from_day <= days_missed <= (self.to_day or days_missed)

    def size(self, days_missed: int) -> int:
        """Return how many people the step turns to."""
        if self.who is Who.ALL:
            return team.MOST_PARTNERS
        return min(self.count + (days_missed - self.from_day) * self.growth, self.most)


STANDARD = (
    Step(1, Who.GUIDE, Kind.NOTIFY, 1, 1),
    Step(2, Who.ALL, Kind.NOTIFY, 1, 1),
    Step(3, Who.PARTNERS, Kind.ASK, 2, 6, count=1, growth=1, most=5),
    Step(4, Who.ALL, Kind.ASK, 7),
)
"""The specification: S-A-18 to S-A-22, D-04. Day d asks min(d - 1, 5), from day 7 on everybody."""

HOURS_TO_ANSWER = 4

ATTENTIVE = tuple(
    replace(step, acknowledge_within=HOURS_TO_ANSWER * 60, repeat=1) if step.who is Who.PARTNERS else step
    for step in STANDARD
)
"""The same, and an ask that nobody answers for four hours goes to one more partner (X-A-14)."""

SEEDED = {"standard": STANDARD, "attentive": ATTENTIVE}
"""Policies that are version 1 without being stored."""


def pack(steps: Iterable[Step]) -> str:
    """Return steps as they are stored and frozen into a plan."""
    return json.dumps([asdict(step) for step in steps])


def unpack(text: str) -> tuple[Step, ...]:
    """Return stored steps."""
    return tuple(_step(**fields) for fields in json.loads(text))


def _step(who: str, kind: str, hours: Sequence[int] | None, **fields: int) -> Step:
    allowed = (hours[0], hours[1]) if hours else None
    return Step(who=Who(who), kind=Kind(kind), hours=allowed, **fields)


def steps_on(steps: Iterable[Step], days_missed: int) -> list[Step]:
    """Return the steps of a missed day, the softest first as their numbers say (S-A-37)."""
    return sorted((step for step in steps if step.on(days_missed)), key=lambda step: step.number)


def followed_up(steps: Iterable[Step], days_missed: int, *, guided: bool) -> bool:
    """Tell whether somebody of ours gets in touch with the user about a missed day, as partners are then told (D-52).

    Args:
        steps: of the plan.
        days_missed: in a row.
        guided: the user has a guide; a case that waits for the staff is no follow-up yet.
    """
    return guided and any(step.who is Who.GUIDE for step in steps_on(steps, days_missed))


WEEK = 7
"""Missed days in a row from which everybody hears that it has been a week (S-A-22)."""


def template(days_missed: int) -> str:
    """Return the words for a number of missed days (D-03): of day 1, of day 2, of days 3 to 6, of a week and more."""
    if days_missed >= WEEK:
        return "escalation.week"
    return {1: "escalation.day-1", 2: "escalation.day-2"}.get(days_missed, "escalation.day-3-plus")


def category(kind: Kind, days_missed: int) -> str:
    """Return what kind of message a step sends to a partner.

    The week's message is held to a cap of its own: who was asked as often as may be still hears that it has been one.
    """
    if kind is Kind.NOTIFY:
        return "partner-notice"
    return "partner-week" if days_missed >= WEEK else "partner-ask"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A partner as the choice sees them.

    Attributes:
        partner_id: who.
        status: how things stand (``team.rules.PartnerStatus``).
        paused_until: they asked for quiet until then.
        goals: only these; ``None`` for all.
        consented: messaging holds their consent, and a way to reach them.
        asked_at: when they were last chosen for an ask.
        invited_at: when they were named.
    """

    partner_id: str
    status: str
    paused_until: datetime | None
    goals: Sequence[str] | None
    consented: bool
    asked_at: datetime | None = None
    invited_at: datetime = EPOCH

    def may_hear(self, goal_id: str, *, now: datetime) -> bool:
        """Tell whether they may be told of a goal: they agreed, are not paused, and back it (S-A-23, D-01)."""
        active = team.standing(self.status, self.paused_until, now=now) is team.PartnerStatus.ACTIVE
        return active and self.consented and team.supports(self.goals, goal_id)


def choose(
    candidates: Iterable[Candidate], goal_id: str, size: int, *, without: Collection[str] = (), now: datetime
) -> list[Candidate]:
    """Return whom a step turns to: who was never asked first, then who was asked longest ago (S-A-21).

    Ties go to whoever was named first (D-46), then by id, so that the same facts give the same choice.
    """
    free = [one for one in candidates if one.may_hear(goal_id, now=now) and one.partner_id not in without]
    return sorted(free, key=lambda one: (one.asked_at or EPOCH, one.invited_at, one.partner_id))[:size]


LEAST_DAYTIME = 60
"""Minutes of the daytime that a step's hours need to have."""


def daytime(from_minute: int, to_minute: int) -> int:
    """Return how many minutes of the daytime hours hold; where they end before they begin they go over midnight."""
    begin, end = team.DAYTIME
    if from_minute <= to_minute:
        return max(0, min(to_minute, end) - max(from_minute, begin))
    return end - begin - daytime(to_minute, from_minute)


SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=2)


def valid_for(next_miss: datetime | None, *, now: datetime) -> timedelta:
    """Return how long a message about a missed day makes sense: until the next day could be missed."""
    return min(max((next_miss or now + LONGEST) - now, SHORTEST), LONGEST)


def next_round(round_: str) -> int:
    """Return the number of the round that follows when nobody answers one."""
    return int(round_) + 1 if round_.isdigit() else 1


STATES = {"QUEUED": 0, "SENT": 1, "CANCELLED": 2, "EXPIRED": 2, "BLOCKED": 2, "FAILED": 2, "DELIVERED": 3}
"""States of a contact by rank: news comes in any order, a state only moves on."""


def later(state: str | None, news: str) -> str:
    """Return the state of a contact, or of one channel of it, after news."""
    return news if state is None or STATES[news] > STATES[state] else state
