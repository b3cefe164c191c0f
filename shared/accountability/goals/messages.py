"""What goals tell their owner live, on ``user:{id}`` (S-A-58)."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from shared.accountability.events import GoalProgressed
from shared.accountability.goals.schemas import GoalId, LocalDate
from shared.kernel.realtime import USER, ChannelKind, LiveMessage, publish


class GoalProgress(LiveMessage):
    """The numbers of a goal moved: by a log, a correction, or the end of a day."""

    type: ClassVar[str] = "goal.progress"
    channel: ClassVar[ChannelKind] = USER

    goal_id: GoalId
    date: LocalDate
    streak: int = Field(ge=0, examples=[12])
    longest_streak: int = Field(ge=0, examples=[40])


def push_progress(event: GoalProgressed, *, now: datetime) -> None:
    """Tell a user's devices how a goal stands."""
    message = GoalProgress(
        goal_id=event.goal_id, date=event.date, streak=event.streak, longest_streak=event.longest_streak
    )
    publish(message, event.user_id, now=now)
