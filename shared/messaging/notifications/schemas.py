"""The in-app inbox on the wire."""

from enum import StrEnum
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path
from pydantic import Field

from shared.kernel.wire import Instant, Wire

NotificationId = Annotated[str, Path(pattern=r"^ntf_[0-9]{12}$", examples=["ntf_000000000007"])]


class NotificationType(StrEnum):
    """What a notification is about."""

    STREAM_LIVE = "STREAM_LIVE"
    LOW_BALANCE = "LOW_BALANCE"
    PAYMENT_SUCCESS = "PAYMENT_SUCCESS"
    FOLLOW = "FOLLOW"
    SYSTEM = "SYSTEM"
    GUIDE = "GUIDE"
    PROGRESS = "PROGRESS"


class NotificationView(Wire):
    """One entry of a user's inbox."""

    id: str = Field(examples=["ntf_000000000007"])
    type: NotificationType = Field(examples=["LOW_BALANCE"])
    title: str = Field(examples=["Your credits run low"])
    message: str = Field(examples=["You have 4.5 credits left."])
    read: bool
    metadata: dict[str, str] = Field(examples=[{"category": "balance", "messageId": "msg_01k0000000000000000000000a"}])
    created_at: Instant


class UnreadCount(Wire):
    """How many entries are unread."""

    count: int = Field(ge=0, examples=[3])


class ReadAll(Wire):
    """How many entries were unread before."""

    count: int = Field(ge=0, examples=[3])
