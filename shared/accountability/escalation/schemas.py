"""Escalation on the wire: policies, the timeline, contacts, the dry run."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import Field

from shared.accountability.policies.rules import Kind
from shared.kernel.wire import Instant, Wire
from shared.messaging import Channel

MAX_LIMIT = 100

CursorQuery = Annotated[str | None, Query(max_length=1024, description="``nextCursor`` of the page before.")]
LimitQuery = Annotated[int, Query(ge=1, le=MAX_LIMIT)]

LocalDate = Annotated[str, Field(examples=["2026-03-01"])]
ContactType = Literal[
    "progress_team_outreach",
    "emergency_support_team_notification",
    "emergency_support_team_checkin_request",
    "milestone_celebration",
]


ContactState = Literal["QUEUED", "SENT", "DELIVERED", "FAILED", "BLOCKED", "CANCELLED", "EXPIRED"]


class ContactView(Wire):
    """One contact with its result: an escalation log of the specification (S-A-07, S-A-34).

    ``successful`` is ``null`` while nothing is known. ``results`` tells each channel's state.
    """

    id: str = Field(examples=["msg_01k0000000000000000000000a"])
    date: LocalDate
    escalation_day: int = Field(examples=[2])
    type: ContactType
    partner_id: str | None = Field(examples=["ptn_01k0000000000000000000000a"])
    name: str = Field(examples=["Ben"])
    contact_method: Channel | None = Field(examples=["SMS"])
    message_sent: str | None = Field(examples=["Hi Ben, this is Dataday. …"])
    response_received: Literal["ACCEPTED", "DONE", "CANNOT"] | None = Field(examples=["ACCEPTED"])
    responded_at: Instant | None = Field(examples=["2026-03-01T11:02:00.000Z"])
    state: ContactState = Field(examples=["DELIVERED"])
    reason: str | None = Field(examples=[None])
    successful: bool | None = Field(examples=[True])
    results: dict[str, str] = Field(examples=[{"SMS": "DELIVERED"}])
    contacted_at: Instant
    sent_at: Instant | None


class StepView(Wire):
    """One step of a missed day, as planned or taken."""

    date: LocalDate = Field(examples=["2026-03-02"])
    days_missed: int = Field(examples=[2])
    number: int = Field(examples=[3])
    round: str = Field(examples=["00"])
    status: Literal["PLANNED", "DONE", "SKIPPED"] = Field(examples=["DONE"])
    reason: str | None = Field(examples=[None])
    contacts: int | None = Field(examples=[1])
    due_at: Instant | None = Field(examples=["2026-03-03T14:00:00.000Z"])
    done_at: Instant | None = Field(examples=["2026-03-03T14:00:21.000Z"])


class EscalationView(Wire):
    """A run of missed days, the plan that follows it, and what was done."""

    id: str = Field(examples=["esc_01k0000000000000000000000a"])
    missed_since: LocalDate
    policy: str = Field(examples=["standard"])
    policy_version: int = Field(examples=[1])
    status: Literal["OPEN", "ENDED"] = Field(examples=["OPEN"])
    reason: str | None = Field(examples=[None])
    started_at: Instant = Field(examples=["2026-03-02T09:00:00.000Z"])
    ended_at: Instant | None = Field(examples=[None])
    steps: list[StepView]


class PreviewContact(Wire):
    """Somebody who would be contacted: when at the earliest, on which channel, in which words.

    ``reason`` tells why a message would not leave as things stand: no sender, opted out, told too often …
    """

    name: str = Field(examples=["Ben"])
    partner_id: str | None = Field(examples=["ptn_01k0000000000000000000000a"])
    kind: Kind = Field(examples=["NOTIFY"])
    channel: Channel | None = Field(examples=["SMS"])
    earliest_at: Instant | None = Field(examples=["2026-03-02T14:00:00.000Z"])
    words: str | None = Field(examples=["Hi Ben, this is Dataday. …"])
    reason: str | None = Field(default=None, examples=[None])


class PreviewDay(Wire):
    """One missed day of the dry run."""

    date: LocalDate
    days_missed: int = Field(examples=[1])
    ends_at: Instant = Field(examples=["2026-03-02T09:00:00.000Z"])
    contacts: list[PreviewContact]


class EscalationPreview(Wire):
    """Who would be contacted if the coming days were missed (X-A-49). Nothing is written or sent.

    Nobody is where escalation is not enabled, or as long as the goal is ``held`` for a person to look at it.
    """

    policy: str = Field(examples=["standard"])
    policy_version: int = Field(examples=[1])
    escalation_enabled: bool
    held: bool = Field(examples=[False])
    days: list[PreviewDay]
