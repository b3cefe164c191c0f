"""What clients and the hub say to each other over a connection, and the ticket that opens it."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, Strict

from shared.kernel.wire import ErrorBody, Instant, Wire

ChannelName = Annotated[
    str,
    Field(pattern=r"^[a-z]{1,32}:[A-Za-z0-9_-]{1,64}$", examples=["stream:str_01k0000000000000000000000a"]),
]
"""``<kind>:<id>``."""

Reference = Annotated[Annotated[str, Field(min_length=1, max_length=64)] | None, Field(examples=["7"])]
"""A client's own name for a command; the answer and the error to it carry it back."""

Sequence = Annotated[int, Strict(), Field(ge=0, examples=[17])]
"""A number of a channel's kept messages; 0 is before the first."""


class TicketIssued(Wire):
    """A ticket for one connection: open ``<url>?ticket=<ticket>`` before it ends, or send it over one (X-P-20)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ticket": "q3C8mKfX0b1R6uV9sT2wY5zA7dE4gH1jL8nP0rS3tU6",
                    "expiresAt": "2026-03-01T09:31:00.000Z",
                    "url": "wss://live.wellspring.example",
                }
            ]
        }
    )

    ticket: str
    expires_at: Instant
    url: str


class Command(Wire):
    """What a client sends."""

    ref: Reference = None


class Subscribe(Command):
    """Join a channel. ``after`` is the last number the client knows; what came since is sent again."""

    action: Literal["subscribe"]
    channel: ChannelName
    after: Annotated[Sequence | None, Field(examples=[15])] = None


class Unsubscribe(Command):
    """Leave a channel."""

    action: Literal["unsubscribe"]
    channel: ChannelName


class Heartbeat(Command):
    """Stay present; send one every 30 seconds (S-G-27)."""

    action: Literal["heartbeat"]


class Authenticate(Command):
    """Keep the connection: a fresh ticket of the same sign-in moves ``expiresAt`` on and is used up by it."""

    action: Literal["authenticate"]
    ticket: Annotated[str, Field(max_length=64, examples=["q3C8mKfX0b1R6uV9sT2wY5zA7dE4gH1jL8nP0rS3tU6"])]


class Answer(Wire):
    """What the hub answers; ``ref`` is the command's."""

    ref: Reference = None


class Subscribed(Answer):
    """The channel is joined.

    ``sequence`` is the number of its last kept message. Missed messages follow in order, unless ``gap`` tells that
    some are no longer kept: then read the present state over HTTP.
    """

    type: Literal["subscribed"] = "subscribed"
    channel: ChannelName
    sequence: Sequence
    gap: Annotated[bool, Field(examples=[False])]


class Unsubscribed(Answer):
    """The channel is left."""

    type: Literal["unsubscribed"] = "unsubscribed"
    channel: ChannelName


class Authenticated(Answer):
    """The connection is kept until ``expiresAt``."""

    type: Literal["authenticated"] = "authenticated"
    expires_at: Instant


class Alive(Answer):
    """The hub has noticed; ``time`` is its clock, ``expiresAt`` when the connection ends without a fresh ticket."""

    type: Literal["alive"] = "alive"
    time: Instant
    expires_at: Instant


class Refused(Answer):
    """A command was refused, in the shape of every error."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "error",
                    "ref": "7",
                    "error": {
                        "code": "NOT_FOUND",
                        "message": "There is no such thing here.",
                        "details": [],
                        "requestId": "Zm9vYmFyMDAwNQ==",
                    },
                }
            ]
        }
    )

    type: Literal["error"] = "error"
    error: ErrorBody
