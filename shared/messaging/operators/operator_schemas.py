"""What operators ask of messaging and are told: the delivery log, suppressions, senders, budgets.

Neither words nor addresses are shown: what support has to know is what became of a message, not what it said.
"""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import ConfigDict, Field, JsonValue, StrictInt

from shared.kernel.categories import Channel
from shared.kernel.text.reading import Text
from shared.kernel.wire import Instant, Versioned, Wire
from shared.messaging.recipients.suppression import Reason

AddressHash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
Note = Annotated[Text, Field(min_length=3, max_length=500, examples=["Called on 3 May: wants no more messages."])]

_AT = "2026-03-01T09:30:00.000Z"


MessageStatus = Literal[
    "QUEUED", "DEFERRED", "SENDING", "SENT", "DELIVERED", "FAILED", "BLOCKED", "CANCELLED", "EXPIRED"
]
AttemptState = Literal[
    "CLAIMED", "UNKNOWN", "REFUSED", "LOST", "QUEUED", "SENT", "DELIVERED", "READ", "UNDELIVERED", "FAILED"
]
SenderStatus = Literal["REGISTERED", "PENDING", "REJECTED"]


class AttemptView(Wire):
    """One try on one channel, with the provider's id and code (X-N-08)."""

    attempt: int = Field(examples=[1])
    channel: Channel
    state: AttemptState = Field(examples=["DELIVERED"])
    provider_id: str | None = Field(examples=["SM0123456789abcdef0123456789abcdef"])
    code: str | None = Field(examples=["30003"])
    segments: int | None = Field(examples=[2])
    answered_by: str | None = Field(description="Who took a call, e.g. a machine.", examples=[None])
    words: str | None = Field(description="Names the exact words.", examples=["escalation.day-1/en/1"])
    claimed_at: Instant
    sent_at: Instant | None
    delivered_at: Instant | None


_ATTEMPT: dict[str, JsonValue] = {
    "attempt": 1,
    "channel": "SMS",
    "state": "DELIVERED",
    "providerId": "SM0123456789abcdef0123456789abcdef",
    "code": None,
    "segments": 2,
    "answeredBy": None,
    "words": "escalation.day-1/en/1",
    "claimedAt": _AT,
    "sentAt": _AT,
    "deliveredAt": _AT,
}


class ReplyView(Wire):
    """What somebody answered in own words, and when. It is for whoever helps them, not for their user."""

    text: str = Field(examples=["I am at work until six, then I will call her."])
    at: Instant


class MessageView(Wire):
    """A message with every attempt at it and what was answered in own words, each the oldest first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "msg_01k0000000000000000000000a",
                    "recipientId": "ptn_01k0000000000000000000000a",
                    "category": "partner-notice",
                    "template": "escalation.day-1",
                    "status": "DELIVERED",
                    "reason": None,
                    "channel": "SMS",
                    "companionOf": None,
                    "requestedAt": _AT,
                    "allowedAt": _AT,
                    "sentAt": _AT,
                    "validUntil": "2026-03-02T09:30:00.000Z",
                    "attempts": [_ATTEMPT],
                    "replies": [],
                }
            ]
        }
    )

    id: str
    recipient_id: str
    category: str
    template: str
    status: MessageStatus
    reason: str | None
    channel: Channel | None
    companion_of: str | None
    requested_at: Instant
    allowed_at: Instant | None
    sent_at: Instant | None
    valid_until: Instant
    attempts: list[AttemptView]
    replies: list[ReplyView]


class MessageSummary(Wire):
    """A message as lists show it; ``GET /v1/admin/messages/{messageId}`` tells its attempts."""

    id: str = Field(examples=["msg_01k0000000000000000000000a"])
    category: str = Field(examples=["partner-notice"])
    template: str = Field(examples=["escalation.day-1"])
    status: MessageStatus = Field(examples=["DELIVERED"])
    reason: str | None = Field(examples=[None])
    channel: Channel | None = Field(examples=["SMS"])
    requested_at: Instant
    sent_at: Instant | None


class SuppressionView(Wire):
    """A suppression as it stands."""

    reason: Reason = Field(examples=["STOP"])
    category: str | None = Field(description="Only this category; everything where there is none.", examples=[None])
    source: str = Field(examples=["SM0123456789abcdef0123456789abcdef"])
    note: str | None = Field(description="Of the member of staff who set or lifted it.", examples=[None])
    suppressed_at: Instant
    lifted_at: Instant | None


_SUPPRESSION: dict[str, JsonValue] = {
    "reason": "STOP",
    "category": None,
    "source": "SM0123456789abcdef0123456789abcdef",
    "note": None,
    "suppressedAt": _AT,
    "liftedAt": None,
}


class AddressView(Wire):
    """What is suppressed for an address, known by its hash; ``recipients`` have it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "addressHash": "9f86d081884c7d659a2feaa0c55ad015" * 2,
                    "recipients": ["ptn_01k0000000000000000000000a"],
                    "suppressions": [_SUPPRESSION],
                }
            ]
        }
    )

    address_hash: str
    recipients: list[str]
    suppressions: list[SuppressionView]


class LiftRequest(Wire):
    """Why a member of staff takes the suppressions of an address back."""

    note: Note


class SenderChange(Wire):
    """What carriers say of one of our senders under 10DLC (X-A-42)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sender": "MG0123456789abcdef0123456789abcdef",
                    "status": "REGISTERED",
                    "brandId": "BN0123456789abcdef0123456789abcdef",
                    "campaignId": "CM0123456789abcdef0123456789abcdef",
                }
            ]
        }
    )

    sender: str = Field(pattern=r"^(MG[0-9a-f]{32}|\+[1-9][0-9]{4,14})$")
    status: SenderStatus
    brand_id: str | None = Field(default=None, max_length=64)
    campaign_id: str | None = Field(default=None, max_length=64)


class SenderView(Versioned):
    """A sender as it stands."""

    sender: str = Field(examples=["MG0123456789abcdef0123456789abcdef"])
    status: SenderStatus = Field(examples=["REGISTERED"])
    brand_id: str | None = Field(examples=[None])
    campaign_id: str | None = Field(examples=[None])
    changed_at: Instant
    changed_by: str = Field(examples=["usr_01k0000000000000000000000c"])
    version: int = Field(examples=[3])


class BudgetChange(Wire):
    """How many units (segments, WhatsApp messages, calls) may go to a country or a block of numbers in a day.

    ``scope``: ``country:<ISO code>``, ``prefix:+<all digits but the last four>``, ``user:<id>``,
    ``category:<name>`` for what goes out in no user's name, each with ``*`` for all that have no limit of their own;
    ``all:*`` is the limit of everything together.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"scope": "country:US", "unitsPerDay": 5000}]})

    scope: str = Field(
        pattern=r"^(country:([A-Z]{2}|001|\*)|prefix:(\+[1-9][0-9]{2,11}|\*)|user:(usr_[0-9a-z]{26}|\*)"
        r"|category:([a-z-]{1,32}|\*)|all:\*)$"
    )
    units_per_day: Annotated[StrictInt, Field(ge=0, le=10_000_000)]


class BudgetView(Versioned):
    """A limit, and what was used of it today (UTC)."""

    scope: str = Field(examples=["country:US"])
    units_per_day: int = Field(examples=[5000])
    used_today: int = Field(examples=[1204])
    changed_at: Instant
    changed_by: str = Field(examples=["usr_01k0000000000000000000000c"])
    version: int = Field(examples=[3])
