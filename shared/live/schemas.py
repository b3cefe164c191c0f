"""Streams on the wire."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BeforeValidator, Field, PlainSerializer

from shared.kernel.money import CreditAmount, CreditInput, DecimalText, from_decimal, to_decimal
from shared.kernel.orders import SORT_TOLD
from shared.kernel.text.reading import Line
from shared.kernel.wire import Change, Instant, InstantInput, Versioned, Wire
from shared.live.rules import MAX_PREMIUM, MAX_RATE, NO_PREMIUM, RateStep, StreamStatus

CategoryQuery = Annotated[str | None, Query(max_length=40, description="A category's name or id.")]
CursorQuery = Annotated[str | None, Query(max_length=1000, description="``nextCursor`` of the page before.")]

StreamSort = Annotated[
    Literal["newest", "viewers"],
    Query(description=f"{SORT_TOLD} Live streams are before ended ones in both.", examples=["viewers"]),
]

Title = Annotated[Line, Field(min_length=1, max_length=120, examples=["Sunday strings"])]
CategoryName = Annotated[
    Line, Field(min_length=1, max_length=40, description="A category's name or id.", examples=["Music"])
]
PictureUrl = Annotated[
    str, Field(pattern=r"^https://[!-~]+$", max_length=500, examples=["https://cdn.wellspring.example/strings.webp"])
]
Multiplier = Annotated[
    int,
    PlainSerializer(to_decimal, return_type=str, when_used="json"),
    Field(json_schema_extra={"type": "string", "format": "decimal"}, examples=["1.5"]),
]
"""Thousandths in code, a decimal string on the wire."""

MultiplierInput = Annotated[
    int,
    BeforeValidator(from_decimal, json_schema_input_type=DecimalText),
    Field(ge=NO_PREMIUM, le=MAX_PREMIUM, description="1 to 10 times the category's rate.", examples=["1.5"]),
]


class NewStream(Wire):
    """A stream to be set up."""

    title: Title
    category: CategoryName
    thumbnail_url: PictureUrl | None = None
    premium_multiplier: MultiplierInput = Field(default=NO_PREMIUM, validate_default=False)


class StreamChange(Change):
    """What to change of a stream; what is left out stays."""

    title: Title | None = None
    category: CategoryName | None = None
    thumbnail_url: PictureUrl | None = None
    premium_multiplier: MultiplierInput | None = None
    status: Literal[StreamStatus.LIVE, StreamStatus.PAUSED, StreamStatus.ENDED] | None = Field(
        default=None, examples=["PAUSED"]
    )


class NewRate(Wire):
    """What a minute costs in a category, in credits, from an instant in the future on."""

    rate_per_minute: CreditInput = Field(ge=1, le=MAX_RATE, examples=["9"])
    effective_from: InstantInput = Field(examples=["2026-04-01T00:00:00.000Z"])


class NextRate(Wire):
    """A rate that is announced: whoever begins to watch from then on pays it."""

    rate_per_minute: CreditAmount = Field(examples=["12"])
    effective_from: Instant = Field(examples=["2026-04-01T00:00:00.000Z"])

    @classmethod
    def of(cls, step: RateStep | None) -> "NextRate | None":
        """Return a step of a schedule on the wire."""
        return cls(rate_per_minute=step.rate_per_minute, effective_from=step.effective_from) if step else None


class RateView(NextRate):
    """A rate of a category."""

    category: str = Field(examples=["talk-shows"])


class StreamSummary(Wire):
    """A stream as lists show it. ``ratePerMinute`` is what whoever joins now pays, in credits."""

    id: str = Field(examples=["str_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    creator_id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    title: str = Field(examples=["Sunday strings"])
    category: str = Field(examples=["Music"])
    status: StreamStatus = Field(examples=["LIVE"])
    thumbnail_url: str | None = Field(examples=["https://cdn.wellspring.example/strings.webp"])
    viewers: int = Field(ge=0, examples=[42])
    rate_per_minute: CreditAmount = Field(examples=["9"])
    next_rate: NextRate | None
    premium_multiplier: Multiplier
    created_at: Instant = Field(examples=["2026-03-01T09:15:00.000Z"])
    started_at: Instant | None
    ended_at: Instant | None = Field(examples=[None])


class StreamView(StreamSummary, Versioned):
    """A stream as everybody sees it, in the version that a change names."""

    version: int = Field(examples=[3])
    waiting_for_picture: bool = Field(
        description="Its creator wants to be on air; it goes live with the first picture in its room.", examples=[False]
    )
    paused_until: Instant | None = Field(description="When a paused stream ends unless its picture comes back.")


class Ingest(Wire):
    """Where the creator publishes: a LiveKit server and the room on it."""

    url: str = Field(examples=["wss://wellspring.livekit.cloud"])
    room: str = Field(examples=["str_01jq4w8z7xkq3v9n2m5t6r8c1d"])


class CreatedStream(StreamView):
    """A new stream, with where to publish it."""

    ingest: Ingest


class EntryRequest(Wire):
    """Who asks for a token; the stream's creator needs no viewing session."""

    session_id: str | None = Field(
        default=None, min_length=1, max_length=64, examples=["8c5c0f4e-6a60-4b8e-9d0b-3f1e1a2b3c4d"]
    )


class Entry(Wire):
    """What a LiveKit client connects with. The token is good for joining until ``expiresAt``."""

    token: str = Field(examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl"])
    url: str = Field(examples=["wss://wellspring.livekit.cloud"])
    room: str = Field(examples=["str_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    expires_at: Instant


class Viewer(Wire):
    """Somebody who watches, since when."""

    user_id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    watching_since: Instant


class CategoryView(Wire):
    """A category, how many of its streams are live, and what a minute costs in it, in credits, without a premium."""

    id: str = Field(examples=["talk-shows"])
    name: str = Field(examples=["Talk Shows"])
    live_streams: int = Field(ge=0, description="How many are on air now; paused ones are not.", examples=[3])
    rate_per_minute: CreditAmount = Field(examples=["6"])
    next_rate: NextRate | None = Field(examples=[None])
