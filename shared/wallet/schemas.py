"""The wallet on the wire. Amounts are decimal strings of credits."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.kernel.money import CreditAmount, CreditInput, MinorAmount, Money
from shared.kernel.text.reading import Text
from shared.kernel.wire import Instant, Wire


class Balance(Wire):
    """What a user has at ``asOf``: ``balance`` = ``available`` + ``held``. ``level`` colours it (S-W-23).

    Whoever watches a stream uses what is ``held`` interval by interval; ``watching`` is what was used and is settled
    when they leave. It is in none of the other figures: a tick, a live message and this say the same.
    """

    balance: CreditAmount = Field(description="All that is left.", examples=["149.5"])
    available: CreditAmount = Field(description="May be spent on anything.", examples=["104.5"])
    held: CreditAmount = Field(description="Set aside for what is being watched, not used yet.", examples=["45"])
    watching: CreditAmount = Field(description="Used for what is being watched, not settled yet.", examples=["3"])
    as_of: Instant
    currency: Literal["CREDIT"] = "CREDIT"
    level: Literal["green", "yellow", "red"] = Field(examples=["green"])
    created_at: Instant | None = Field(description="`null` where there is no account yet, or since before it was kept.")
    updated_at: Instant | None
    pending_transactions: int = Field(description="Open holds, e.g. streams being watched.", examples=[1])


class NearestPack(Wire):
    """The smallest pack on sale that gives what is missing, or the largest there is."""

    price_id: str = Field(examples=["prc_0123456789abcdefghjkmnpqrs"])
    credits: CreditAmount = Field(description="With its bonus.", examples=["100"])
    amount: MinorAmount = Field(examples=[999])
    currency: str = Field(examples=["USD"])


class Shortfall(Wire):
    """What was needed, what may be spent, how much is missing, and what to buy."""

    required: CreditAmount = Field(examples=["1"])
    available: CreditAmount = Field(examples=["0.4"])
    missing: CreditAmount = Field(examples=["0.6"])
    nearest_pack: NearestPack | None = Field(
        default=None, description="Told where one begins to watch; `null` elsewhere, and where nothing is on sale."
    )


class BalanceAt(Wire):
    """What a user had at an instant."""

    balance: CreditAmount = Field(examples=["200"])
    at: Instant


class StatementEntry(Wire):
    """One line of a statement. ``sequence`` has no gaps."""

    id: str = Field(examples=["1772357400000#0000000003"])
    type: Literal["DEPOSIT", "DEBIT", "REFUND", "ADJUSTMENT", "RELEASE"] = Field(
        description="`RELEASE` moves nothing: credits that were set aside came back because nobody settled them.",
        examples=["DEBIT"],
    )
    amount: CreditAmount = Field(examples=["-31"])
    currency: Literal["CREDIT"] = "CREDIT"
    balance_before: CreditAmount = Field(examples=["100"])
    balance_after: CreditAmount = Field(examples=["69"])
    sequence: int = Field(examples=[3])
    reference_type: str = Field(examples=["METER_EVENT"])
    reference_id: str = Field(examples=["5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d"])
    created_at: Instant
    description: str = Field(description="The line in words.", examples=["Watched 'Sunday strings' 12 min at 6/min"])
    paid: Money | None = Field(description="What was paid, of a purchase.")
    metadata: dict[str, Any] = Field(examples=[{}])


class ReconcileRequest(Wire):
    """Which wallet to add up; ``apply`` corrects it by a new entry, with a reason (D-17)."""

    user_id: str = Field(max_length=64, examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    apply: bool = Field(default=False, strict=True)
    reason: Annotated[Text, Field(min_length=3, max_length=500, examples=["Ticket 4711"])] | None = None


Reason = Literal["WRONG_ENTRY", "SERVICE_FAULT", "GOODWILL", "PAYMENT_REVERSED", "EXPIRED", "ON_ACCOUNT", "OTHER"]

_REASONS = (
    "`WRONG_ENTRY`: an entry was wrong, and `corrects` names it; `SERVICE_FAULT`: we failed; `GOODWILL`: a gift; "
    "`PAYMENT_REVERSED`: the money went back; `EXPIRED`: nobody will use them; `ON_ACCOUNT`: owed by the customer, or "
    "paid back by them."
)


class AdjustmentRequest(Wire):
    """A correction: ``amount`` is signed; ``corrects`` names the entry it mends, as ``<reference type>#<id>``.

    A ``REFUND`` gives back what the debit that it names took, once, all of it or a part.
    """

    user_id: str = Field(max_length=64, examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    type: Literal["ADJUSTMENT", "REFUND"] = "ADJUSTMENT"
    amount: CreditInput = Field(examples=["-2.5"])
    reason_code: Reason = Field(examples=["SERVICE_FAULT"], description=_REASONS)
    reason: Text = Field(min_length=3, max_length=500, examples=["Ticket 4711: stream froze"])
    corrects: str | None = Field(default=None, max_length=200, examples=["METER_EVENT#5e4f2f5e"])


class Adjustment(Wire):
    """A correction: posted, or waiting for a second administrator because it is large (``sequence``: ``null``)."""

    id: str = Field(examples=["adj_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    status: Literal["POSTED", "REQUESTED", "REJECTED"] = Field(examples=["POSTED"])
    type: Literal["ADJUSTMENT", "REFUND"] = Field(examples=["ADJUSTMENT"])
    user_id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    amount: CreditAmount = Field(examples=["-2.5"])
    reason_code: Reason | None = Field(examples=["SERVICE_FAULT"], description="`null` where it was asked for without.")
    reason: str = Field(examples=["Ticket 4711: stream froze"])
    corrects: str | None = Field(examples=["METER_EVENT#5e4f2f5e"])
    reference_id: str = Field(examples=["adj_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    sequence: int | None = Field(examples=[4])
    requested_by: str = Field(examples=["usr_admin"])
    requested_at: Instant
    decided_by: str | None = Field(examples=[None])
    decided_at: Instant | None = Field(examples=[None])
    note: str | None = Field(examples=[None])


class AdjustmentDecision(Wire):
    """What a second administrator says to a correction, with why."""

    decision: Literal["APPROVE", "REJECT"] = Field(examples=["APPROVE"])
    note: Text = Field(min_length=3, max_length=500, examples=["Seen the ticket; the stream froze for an hour."])


class HoldVoid(Wire):
    """Why an open hold is voided."""

    reason: Text = Field(min_length=3, max_length=500, examples=["Ticket 4711: the player hangs"])


class VoidedHold(Wire):
    """A hold whose credits came back."""

    hold_id: str = Field(examples=["5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d"])
    user_id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    status: Literal["VOIDED"]
    amount: CreditAmount = Field(examples=["48"])
    closed_at: Instant


class ReconcileReport(Wire):
    """A wallet beside the sum of everything it is made of. A drift of zero is sound."""

    user_id: str = Field(examples=["usr_01jq4w8z7xkq3v9n2m5t6r8c1d"])
    balance: CreditAmount = Field(examples=["152.5"])
    balance_drift: CreditAmount = Field(examples=["0"])
    held_drift: CreditAmount = Field(examples=["0"])
    entries: int = Field(examples=[12])
    gaps: int = Field(examples=[0])
    booked_drift: CreditAmount = Field(
        description="What the books say the account held, less its entries up to there.", examples=["0"]
    )
    sound: bool
    applied: bool = Field(description="A correcting entry was written.", examples=[False])


class NamedAccount(Wire):
    """A line of the trial balance: an account of the platform, or all those of customers or creators."""

    name: str = Field(examples=["platform:revenue"])
    balance: CreditAmount = Field(examples=["0"])


class TrialBalance(Wire):
    """What every named account comes to, as of so many transactions of the journal. Their ``total`` is always zero."""

    accounts: list[NamedAccount]
    total: CreditAmount = Field(examples=["0"])
    transactions: int = Field(description="Transactions counted so far: a later balance has more.", examples=[184203])
