"""The timeline on the wire."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from shared.kernel.wire import Instant, Wire

GoalQuery = Annotated[str | None, Query(alias="goalId", min_length=1, max_length=64)]


class InteractionView(Wire):
    """A line of the timeline (S-A-06)."""

    id: str = Field(examples=["int_01k0000000000000000000000a"])
    type: str = Field(examples=["emergency_support_team_notification"])
    goal_id: str | None = Field(examples=["gol_01k0000000000000000000000a"])
    partner_id: str | None = Field(examples=["ptn_01k0000000000000000000000a"])
    content: str = Field(examples=["Ben was asked to check in with you."])
    metadata: dict[str, Any] = Field(examples=[{}])
    created_at: Instant
