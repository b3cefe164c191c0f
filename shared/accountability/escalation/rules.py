"""What escalation decides: which steps a missed day has, who is next, in which words. Pure: facts in, decision out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.accountability.policies.rules import Kind
from shared.accountability.team import rules as team
from shared.kernel.clock import EPOCH

ANSWERED = frozenset({"ACCEPTED", "DONE"})
"""Answers after which nobody else is asked that day (X-A-14)."""

CANNOT = "CANNOT"

DECIDES = {None: ANSWERED | {CANNOT}, "ACCEPTED": frozenset({"DONE", CANNOT})}
"""Answers that count, by the one that stands. Who said that they will check in may yet say that they did, or cannot; in
whatever order replies come in, the same answer stands."""


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
