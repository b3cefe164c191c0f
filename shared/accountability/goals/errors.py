"""What goals and logs refuse."""

from shared.accountability.goals.schemas import LogView
from shared.kernel.errors import Conflict, DomainError


class AlreadyLogged(Conflict):
    """The day has a log of another request; it is under ``data`` (X-A-21)."""

    code, message = "ALREADY_LOGGED", "This day is logged already. Edit its log instead."
    carries = LogView


class DayNotOpen(Conflict):
    """The day has not begun, or is too long ago to be corrected (X-A-22)."""

    code, message = "DAY_NOT_OPEN", "This day cannot be logged now."


class GoalOver(Conflict):
    """The goal is completed."""

    code, message = "GOAL_OVER", "This goal is completed."


class TooManyGoals(Conflict):
    """The user has as many goals as anybody may have."""

    code, message = "TOO_MANY_GOALS", "You have too many goals. Delete one first."


class TooSoon(DomainError):
    """Rest days and pauses begin tomorrow at the earliest (X-A-17)."""

    status, code, message = 422, "TOO_SOON", "This can begin tomorrow at the earliest."


class AlreadyPaused(Conflict):
    """A pause goes on, and the other one does not follow it directly."""

    code, message = "ALREADY_PAUSED", "This goal is paused. Resume it first, or prolong the pause."


class NewerWords(Conflict):
    """Words of danger were said after those that a decision is about; they have a case too, or will in a moment."""

    code, message = "NEWER_WORDS", "There are newer words of danger about this goal. Read and decide the latest case."


class ClockAhead(DomainError):
    """A log says that it was written later than now: the device's clock is wrong."""

    status, code, message = 422, "CLOCK_AHEAD", "The clock of this device is ahead. Set it and send the log again."
