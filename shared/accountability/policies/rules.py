"""What a policy says: which steps a missed day has, whom each turns to, and how many. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

MOST_PARTNERS = 20
"""Partners of one user: what one step of an escalation can tell in one transaction."""

DAYTIME = (9 * 60, 20 * 60)
"""Minutes of the day in which everybody may be written to, wherever they are; hours must have some of them (X-A-11)."""


class Who(StrEnum):
    """Whom a step turns to."""

    GUIDE = "GUIDE"
    PARTNERS = "PARTNERS"
    ALL = "ALL"


class Kind(StrEnum):
    """What a step wants: that somebody knows, or that they check in."""

    NOTIFY = "NOTIFY"
    ASK = "ASK"


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
    most: int = MOST_PARTNERS
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
            return MOST_PARTNERS
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


LEAST_DAYTIME = 60
"""Minutes of the daytime that a step's hours need to have."""


def daytime(from_minute: int, to_minute: int) -> int:
    """Return how many minutes of the daytime hours hold; where they end before they begin they go over midnight."""
    begin, end = DAYTIME
    if from_minute <= to_minute:
        return max(0, min(to_minute, end) - max(from_minute, begin))
    return end - begin - daytime(to_minute, from_minute)
