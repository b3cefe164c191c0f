"""Replies to be judged, on the wire."""

from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from shared.kernel.text.reading import Text
from shared.kernel.wire import Instant, Wire

UnsubscribeToken = Annotated[str, Path(min_length=1, max_length=200)]
MailLanguage = Annotated[str, Query(max_length=8, description="Language of the mail with the link.", examples=["es"])]

ReviewStatus = Literal["OPEN", "DECIDED"]
Decision = Literal["SUPPRESS", "DISMISS", "YES", "NO", "ACCEPTED", "DONE", "CANNOT"]
ReviewKind = Literal["REVOKES", "UNCLEAR"]

StatusQuery = Annotated[ReviewStatus, Query(description="OPEN ones wait for a decision.")]
LimitQuery = Annotated[int, Query(ge=1, le=50)]
CursorQuery = Annotated[str | None, Query(max_length=1000, description="``nextCursor`` of the page before.")]


class ReviewDecision(Wire):
    """What a member of staff decides.

    SUPPRESS ends everything to the address, DISMISS lets messages go on. An UNCLEAR reply may be decided as the answer
    that it is: YES or NO where consent was asked for, ACCEPTED, DONE or CANNOT where somebody was asked to check in.
    The person hears of it, but for SUPPRESS: a confirmation that late is not allowed (47 CFR 64.1200(a)(12)).
    """

    decision: Decision = Field(examples=["SUPPRESS"])
    note: Text = Field(min_length=3, max_length=500, examples=["She asks not to be written to."])


class ReviewView(Wire):
    """A reply that a person has to judge.

    ``kind`` REVOKES: it may take consent back, and nothing is sent to its address until it is decided. UNCLEAR: it was
    no clear answer to ``question`` (CONSENT or ASK), also after we had asked once more. ``text`` is what the person
    wrote; ``null`` once it is no longer kept. ``recipientIds`` are those who have the address.
    """

    id: str = Field(examples=["rev_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    kind: ReviewKind = Field(examples=["REVOKES"])
    question: Literal["CONSENT", "ASK"] | None = Field(examples=[None])
    status: ReviewStatus = Field(examples=["OPEN"])
    text: str | None = Field(examples=["please stop texting me"])
    recipient_ids: list[str] = Field(examples=[["ptn_01jq4w8z7xkq3v9n2m5t6r8c1d"]])
    opened_at: Instant
    decision: Decision | None = Field(examples=[None])
    decided_by: str | None = Field(examples=[None])
    decided_at: Instant | None = Field(examples=[None])
    note: str | None = Field(examples=[None])
