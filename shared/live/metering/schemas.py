"""Metering on the wire, in the shapes that the specification fixes."""

from typing import Annotated, Literal

from pydantic import Field, Strict

from shared.kernel.money import CreditAmount, CreditInput
from shared.kernel.wire import Instant, Wire
from shared.live.metering.rules import Reason

SessionId = Annotated[
    str,
    Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", examples=["5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d"]),
]
StreamId = Annotated[str, Field(max_length=64, examples=["str_01jq4w8z7xkq3v9n2m5t6r8c1d"])]

MAX_INDEX = 12 * 360


class MeterTick(Wire):
    """One ping of a player, every ten seconds of playback (S-W-26, S-W-32)."""

    stream_id: StreamId
    session_id: SessionId
    interval_index: Annotated[int, Strict(), Field(ge=0, le=MAX_INDEX, examples=[0])]
    playback_ms: Annotated[int, Strict(), Field(ge=0, le=3_600_000, examples=[10000])]


class MeterResult(Wire):
    """What a ping came to. ``nextAllowedMs`` is in how many milliseconds the next one is accepted.

    ``remainingCredits`` is what this session can still use as of ``asOf``: the ``balance`` of the wallet, unless
    another stream is watched at the same time, whose part is not in it.
    """

    success: bool
    remaining_credits: CreditAmount = Field(examples=["98.5"])
    next_allowed_ms: int = Field(examples=[9000])
    as_of: Instant
    message: str | None = Field(default=None, examples=[None])


class JoinRequest(Wire):
    """What a viewer was shown: the stream's ``ratePerMinute``. The session may cost less, never more."""

    rate_per_minute: CreditInput = Field(ge=0, examples=["9"])


class CurrentRate(Wire):
    """What a minute costs now, in credits, beside what the viewer was shown."""

    rate_per_minute: CreditAmount = Field(examples=["12"])
    seen_rate: CreditAmount = Field(examples=["9"])


class JoinedSession(Wire):
    """A viewing session: credits per minute, what the viewer was shown, and what was needed to start (S-W-36)."""

    session_id: SessionId
    metering_rate: CreditAmount = Field(examples=["9"])
    seen_rate: CreditAmount = Field(examples=["9"])
    minimum_balance: CreditAmount = Field(examples=["1.5"])


class ViewingSummary(Wire):
    """A viewing session as it stands: what was watched and what it came to."""

    session_id: SessionId
    stream_id: StreamId
    status: Literal["ACTIVE", "ENDED"] = Field(examples=["ENDED"])
    reason: Reason | None = Field(examples=["left"])
    started_at: Instant
    ended_at: Instant | None = Field(examples=["2026-03-01T09:32:00.000Z"])
    intervals: int = Field(description="Intervals charged.", examples=[12])
    charged: CreditAmount = Field(examples=["18"])


class MeterEvent(Wire):
    """One charged interval (S-W-06)."""

    interval_index: int = Field(examples=[0])
    charged_at: Instant
    playback_ms: int = Field(examples=[10000])
    credits_debited: CreditAmount = Field(examples=["1.5"])
