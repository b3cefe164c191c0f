"""Support teams on the wire."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool

from shared import messaging
from shared.accountability.goals.schemas import PhoneText
from shared.accountability.team.rules import CaseKind, Decision, PartnerStatus, Privacy
from shared.kernel.text.links import Greeting
from shared.kernel.text.reading import Line, Text
from shared.kernel.wire import Change, Instant, Versioned, Wire
from shared.kernel.zones import ZoneName

Relationship = Literal["parent", "spouse", "sibling", "friend", "coworker"]
"""What somebody is to the user (S-A-02)."""

PartnerChannel = Literal["SMS", "EMAIL", "WHATSAPP", "VOICE"]


def _once(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("each at most once")
    return values


Name = Annotated[Greeting, Field(min_length=1, max_length=80, examples=["Grace"])]
Language = messaging.SpokenLocale
Note = Annotated[
    Greeting, Field(min_length=1, max_length=300, examples=["You always get me going. Would you back me?"])
]
Channels = Annotated[list[PartnerChannel], Field(min_length=1, max_length=4), AfterValidator(_once)]
GoalId = Annotated[str, Field(min_length=1, max_length=64, examples=["gol_01k0000000000000000000000a"])]
GoalIds = Annotated[list[GoalId], Field(min_length=1, max_length=50), AfterValidator(_once)]


class PartnerChange(Change):
    """What the user may change; how they are reached is up to the partner. A new number or address is a new partner."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"privacy": "NEUTRAL", "milestones": False}]})
    MAY_BE_NULL = frozenset({"zone", "goals", "note"})

    name: Name | None = None
    relationship: Relationship | None = None
    language: Language | None = None
    zone: ZoneName | None = None
    milestones: StrictBool | None = None
    privacy: Privacy | None = None
    goals: GoalIds | None = None
    note: Note | None = None


class PartnerView(Versioned):
    """A partner as their user sees them. ``active`` tells that the relation is not over."""

    id: str = Field(examples=["ptn_01k0000000000000000000000a"])
    name: str = Field(examples=["Grace"])
    relationship: Relationship
    phone: str | None = Field(examples=["+12125550123"])
    email: str | None = Field(examples=[None])
    channels: list[PartnerChannel] = Field(examples=[["SMS"]])
    voicemail: bool = Field(examples=[True])
    language: str = Field(examples=["en"])
    zone: str | None = Field(examples=["America/New_York"])
    status: PartnerStatus = Field(examples=["ACTIVE"])
    active: bool = Field(examples=[True])
    consent_given: bool = Field(examples=[True])
    consent_date: Instant | None = Field(examples=["2026-03-01T10:04:00.000Z"])
    milestones: bool = Field(examples=[True])
    privacy: Privacy
    goals: list[str] | None = Field(examples=[None])
    note: str | None = Field(examples=["You always get me going. Would you back me?"])
    invited_at: Instant
    paused_until: Instant | None = Field(examples=[None])
    last_contacted: Instant | None = Field(examples=["2026-03-06T15:00:00.000Z"])
    declined_mails: list[str] = Field(
        description="Kinds of mails that they unsubscribed from, of all who write to them through us.", examples=[[]]
    )
    contact_count: int = Field(examples=[3])
    version: int = Field(examples=[3])


class GroupMessage(Wire):
    """Something the user tells every partner who agreed: how it goes, or a success (S-A-41)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "SUCCESS", "text": "First 10 km. Thank you!"}]})

    kind: Literal["UPDATE", "SUCCESS"]
    text: Annotated[Line, Field(min_length=1, max_length=160)]
    goal_id: GoalId | None = None


class GroupRecipient(Wire):
    """What a message of the group means for one partner."""

    partner_id: str = Field(examples=["ptn_01k0000000000000000000000a"])
    name: str = Field(examples=["Grace"])
    outcome: Literal["QUEUED", "NO_CONSENT", "PAUSED", "OTHER_GOALS", "NO_MILESTONES"]


class SentToGroup(Wire):
    """Who gets it. A message that is queued leaves in the partner's hours, if they had not too many of them lately."""

    recipients: list[GroupRecipient]


class Engagement(Wire):
    """Numbers of contacts. Rates are ``null`` where there is nothing to count."""

    contacted: int = Field(examples=[12])
    delivered: int = Field(examples=[11])
    asked: int = Field(examples=[4])
    answered: int = Field(examples=[3])
    delivery_rate: float | None = Field(examples=[0.92])
    answer_rate: float | None = Field(examples=[0.75])


class PartnerEngagement(Engagement):
    """One partner's numbers."""

    partner_id: str = Field(examples=["ptn_01k0000000000000000000000a"])
    name: str = Field(examples=["Grace"])
    status: PartnerStatus = Field(examples=["ACTIVE"])


class TeamEngagement(Wire):
    """How a support team answers (S-A-67). ``setupRate`` is the share of the partners named who agreed."""

    partners: list[PartnerEngagement]
    team: Engagement
    named: int = Field(examples=[4])
    agreed: int = Field(examples=[3])
    setup_rate: float | None = Field(examples=[0.75])


class NewLead(Wire):
    """A visitor's number, with their consent to be contacted about the product (S-A-53, X-A-34).

    ``consentText`` is the sentence they agreed to, word for word; without it, the one in ``docs/api.md``.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"phone": "+12125550123", "source": "tiktok_livestream", "consent": True}]}
    )

    phone: PhoneText
    region: (
        Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="Country of a number without +.", examples=["US"])]
        | None
    ) = None
    source: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]
    consent: Literal[True]
    consent_text: Annotated[Text, Field(min_length=20, max_length=1000)] | None = None
    name: Name | None = None


class LeadAccepted(Wire):
    """The number is kept, as it may have been before."""

    status: Literal["ACCEPTED"] = "ACCEPTED"


class Dispute(Wire):
    """Why a day should not count as missed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "I ran, but had no network until noon."}]})

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class DisputeAccepted(Wire):
    """A guide will look at it."""

    case_id: str = Field(examples=["cas_01k0000000000000000000000a"])


class CaseView(Wire):
    """Something that a person has to decide."""

    id: str = Field(examples=["cas_01k0000000000000000000000a"])
    kind: CaseKind
    status: Literal["OPEN", "CLOSED"]
    user_id: str = Field(examples=["usr_01k0000000000000000000000a"])
    goal_id: str | None = Field(examples=["gol_01k0000000000000000000000a"])
    date: str | None = Field(examples=["2026-03-01"])
    opened_at: Instant
    closed_at: Instant | None = Field(examples=[None])
    closed_by: str | None = Field(examples=[None])
    decision: Decision | None = Field(examples=[None])
    note: str | None = Field(examples=[None])
    decisions: list[Decision] = Field(description="What may be decided.", examples=[["RELEASE", "KEEP"]])


class Contact(Wire):
    """How a person reaches a user of whom they must make sure."""

    email: str = Field(examples=["ada@wellspring.example"])
    phone: str | None = Field(description="``null`` where they gave none.", examples=["+12125550123"])
    zone: str = Field(examples=["America/New_York"])
    local_time: str = Field(description="What their clock says now.", examples=["2026-03-01T04:30"])


class CaseDetail(CaseView):
    """A case with what one needs to decide it."""

    user_name: str = Field(examples=["Ada"])
    goal_title: str | None = Field(examples=["Run 5 km"])
    words: str | None = Field(description="The user's: why they dispute, or what they logged.", examples=[None])
    contact: Contact | None = Field(description="How to reach the user, where words of danger are the matter.")


class CaseDecision(Wire):
    """What is decided, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "RELEASE", "note": "Talked to them; it was about the exam."}]}
    )

    decision: Decision
    note: Annotated[Text, Field(min_length=1, max_length=1000)]
