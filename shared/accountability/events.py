"""What happens to goals, the people behind them, and escalations. Words and addresses are never in an event."""

from datetime import datetime
from typing import Literal

from shared.kernel.events import DomainEvent

Outcome = Literal["LOGGED", "MISSED", "REST", "PAUSED", "EXCUSED"]
"""What became of a day. REST also covers a day that the frequency does not ask for."""


class AccountabilityEvent(DomainEvent):
    """Something that happened to a user's goals or support team."""

    domain = "accountability"

    user_id: str


class GoalEvent(AccountabilityEvent):
    """Something that happened to one goal."""

    goal_id: str


class GoalCreated(GoalEvent):
    """A goal exists; its first day is open."""


class GoalChanged(GoalEvent):
    """A goal was edited, paused, resumed, completed, deleted or restored; ``status`` is how it stands."""

    status: str


class GoalLogged(GoalEvent):
    """A day was logged, first or again. ``missed_since`` is the run of missed days that this ended, if it did."""

    date: str
    completed: bool
    streak: int
    ended_run: str | None


class GoalProgressed(GoalEvent):
    """The numbers of a goal moved: a log, a correction or the end of a day."""

    date: str
    streak: int
    longest_streak: int


class DayMissed(GoalEvent):
    """A day ended without a log. ``days_missed`` counts the run, this day included, that began on ``missed_since``."""

    date: str
    days_missed: int
    missed_since: str


class RunWithdrawn(GoalEvent):
    """A run of missed days ended without a log: pause, deletion, completion, an accepted dispute, a crisis."""

    missed_since: str
    reason: Literal["PAUSED", "DELETED", "COMPLETED", "DISPUTED", "CRISIS", "CORRECTED", "DISABLED"]


class MilestoneReached(GoalEvent):
    """A streak reached 7, 30 or 60 days (S-A-30)."""

    date: str
    days: int


class CrisisSuspected(GoalEvent):
    """Words in a log speak of danger: no automatic text goes out, a person looks at it.

    ``said_at`` tells new words of a day from those that a case knows: later words come with a later instant.
    """

    date: str
    said_at: datetime


class DayDisputed(GoalEvent):
    """The user contests that a day was missed (X-A-39)."""

    date: str


class PartnerEvent(AccountabilityEvent):
    """Something that happened to one partner."""

    partner_id: str


class PartnerInvited(PartnerEvent):
    """Somebody was named, and is asked for consent."""


class PartnerAccepted(PartnerEvent):
    """They agreed."""


class PartnerDeclined(PartnerEvent):
    """They refused."""


class InvitationExpired(PartnerEvent):
    """They never answered."""


class PartnerLeft(PartnerEvent):
    """They left, or opted out, or cannot be reached; ``status`` says which."""

    status: str


class EscalationStarted(GoalEvent):
    """A run of missed days is followed by a plan."""

    escalation_id: str


class StepRun(GoalEvent):
    """A step of an escalation was taken; ``contacts`` is how many people it asked to be told."""

    escalation_id: str
    date: str
    step: int
    contacts: int


class StepSkipped(GoalEvent):
    """A step of an escalation was not taken, and why."""

    escalation_id: str
    date: str
    step: int
    reason: str


class AskAnswered(GoalEvent):
    """A partner answered an ask."""

    partner_id: str
    date: str
    answer: Literal["ACCEPTED", "DONE", "CANNOT"]


class EscalationEnded(GoalEvent):
    """Nothing more goes out for a run."""

    escalation_id: str
    reason: str
