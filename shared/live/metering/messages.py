"""What metering tells a viewer live, on ``user:{id}``."""

from typing import ClassVar

from pydantic import Field

from shared.kernel.money import CreditAmount
from shared.kernel.realtime import USER, ChannelKind, LiveMessage


class LowBalance(LiveMessage):
    """The balance fell below the warning threshold while watching; told once per crossing (S-W-38)."""

    type: ClassVar[str] = "balance.low"
    channel: ClassVar[ChannelKind] = USER

    session_id: str
    remaining_credits: CreditAmount
    seconds_left: int = Field(ge=0, examples=[90])


class CreditsExhausted(LiveMessage):
    """The credits ran out and watching stopped; top up and join again to go on (S-W-37)."""

    type: ClassVar[str] = "credits.exhausted"
    channel: ClassVar[ChannelKind] = USER

    session_id: str
    stream_id: str


class SessionReplaced(LiveMessage):
    """The stream is watched elsewhere by the same user: this session is over, and what it used is settled (D-53)."""

    type: ClassVar[str] = "session.replaced"
    channel: ClassVar[ChannelKind] = USER

    session_id: str
    stream_id: str


class ViewingOver(LiveMessage):
    """A viewing session was settled: what was charged and what came back."""

    type: ClassVar[str] = "viewing.ended"
    channel: ClassVar[ChannelKind] = USER

    session_id: str
    stream_id: str
    reason: str = Field(examples=["left"])
    charged: CreditAmount
    returned: CreditAmount
