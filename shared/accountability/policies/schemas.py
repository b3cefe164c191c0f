"""Escalation policies on the wire."""

from typing import Annotated

from pydantic import Field, StrictInt, model_validator

from shared.accountability.policies import rules
from shared.accountability.policies.rules import Kind, Who
from shared.kernel.wire import Instant, Wire

MOST_STEPS = 20


DAY_MINUTES = 24 * 60


PolicyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$", examples=["standard"])]


class AllowedHours(Wire):
    """Minutes of the recipient's local day, from one up to but not including another, if need be over midnight.

    At least an hour of them lies in the daytime, in which we may write (X-A-11).
    """

    from_minute: Annotated[StrictInt, Field(ge=0, le=DAY_MINUTES, examples=[540])]
    to_minute: Annotated[StrictInt, Field(ge=0, le=DAY_MINUTES, examples=[1200])]

    @model_validator(mode="after")
    def _in_the_daytime(self) -> "AllowedHours":
        if rules.daytime(self.from_minute, self.to_minute) < rules.LEAST_DAYTIME:
            raise ValueError("an hour or more of them must lie between 9:00 and 20:00")
        return self


class PolicyStep(Wire):
    """One step: on which missed days in a row, whom it turns to, what it wants.

    ``PARTNERS`` turns to ``count`` of them on ``fromDay``, to ``growth`` more with each further day, never to more than
    ``most``; who was asked longest ago comes first. ``waitMinutes`` run from the end of the missed day. An ask that
    nobody answered ``acknowledgeWithinMinutes`` after it was sent goes to one more partner, ``repeat`` times.
    """

    who: Who = Field(examples=["PARTNERS"])
    kind: Kind = Field(examples=["ASK"])
    from_day: Annotated[StrictInt, Field(ge=1, le=365, examples=[2])]
    to_day: Annotated[StrictInt, Field(ge=1, le=365)] | None = Field(default=None, examples=[6])
    count: Annotated[StrictInt, Field(ge=1, le=20)] = Field(default=1, examples=[1])
    growth: Annotated[StrictInt, Field(ge=0, le=20)] = Field(default=0, examples=[1])
    most: Annotated[StrictInt, Field(ge=1, le=20)] = Field(default=20, examples=[5])
    wait_minutes: Annotated[StrictInt, Field(ge=0, le=DAY_MINUTES)] = Field(default=0, examples=[0])
    hours: AllowedHours | None = Field(default=None, examples=[None])
    acknowledge_within_minutes: Annotated[StrictInt, Field(ge=10, le=DAY_MINUTES)] | None = Field(
        default=None, examples=[240]
    )
    repeat: Annotated[StrictInt, Field(ge=0, le=5)] = Field(default=0, examples=[1])

    @model_validator(mode="after")
    def _possible(self) -> "PolicyStep":
        if self.to_day is not None and self.to_day < self.from_day:
            raise ValueError("toDay is before fromDay")
        if self.repeat and (self.acknowledge_within_minutes is None or self.kind is not Kind.ASK):
            raise ValueError("only an ask is repeated, and it needs acknowledgeWithinMinutes")
        if self.who is Who.GUIDE and self.kind is not Kind.NOTIFY:
            raise ValueError("a guide is notified, not asked")
        return self

    def step(self, number: int) -> rules.Step:
        """Return the step as the rules know it, in its place."""
        return rules.Step(
            number=number,
            who=self.who,
            kind=self.kind,
            from_day=self.from_day,
            to_day=self.to_day,
            count=self.count,
            growth=self.growth,
            most=self.most,
            wait=self.wait_minutes,
            hours=(self.hours.from_minute, self.hours.to_minute) if self.hours else None,
            acknowledge_within=self.acknowledge_within_minutes,
            repeat=self.repeat,
        )

    @classmethod
    def of(cls, step: rules.Step) -> "PolicyStep":
        """Return a step as the wire shows it."""
        # As they are stored: what is shown was judged when it was written.
        hours = step.hours and AllowedHours.model_construct(from_minute=step.hours[0], to_minute=step.hours[1])
        return cls(
            who=step.who,
            kind=step.kind,
            from_day=step.from_day,
            to_day=step.to_day,
            count=step.count,
            growth=step.growth,
            most=step.most,
            wait_minutes=step.wait,
            hours=hours,
            acknowledge_within_minutes=step.acknowledge_within,
            repeat=step.repeat,
        )


class NewPolicy(Wire):
    """The next version of a policy, or a new policy. The order of the steps is their order within a day."""

    name: PolicyName
    steps: list[PolicyStep] = Field(min_length=1, max_length=MOST_STEPS)


class PolicyVersionView(Wire):
    """One version of a policy."""

    number: int = Field(examples=[1])
    steps: list[PolicyStep]
    created_at: Instant
    created_by: str = Field(examples=["usr_01k0000000000000000000000c"])


class PolicyView(Wire):
    """A policy: ``version`` is the one that new escalations follow; ``versions`` are all of them, the newest first."""

    name: PolicyName
    version: int = Field(examples=[1])
    versions: list[PolicyVersionView]
