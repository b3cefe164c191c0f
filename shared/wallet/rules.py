"""The wallet's decisions: pure functions from an account's state to its next state. Amounts are milli-credits.

``available`` may be spent, ``held`` is set aside for something that is going on; their sum is the balance. Only
entries change the balance; holding and releasing move between the two parts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from shared.kernel.money import NOTHING, Credits, credits_of, to_decimal
from shared.kernel.text.speech import Sentence, speaker
from shared.wallet.errors import HoldClosed, InsufficientCredits

EntryType = Literal["DEPOSIT", "DEBIT", "REFUND", "ADJUSTMENT", "RELEASE"]
Correction = Literal["ADJUSTMENT", "REFUND"]
ReasonCode = Literal[
    "WRONG_ENTRY", "SERVICE_FAULT", "GOODWILL", "PAYMENT_REVERSED", "EXPIRED", "ON_ACCOUNT", "RECONCILED", "OTHER"
]
Level = Literal["green", "yellow", "red"]

UsedBy = Callable[[Sequence[str]], Credits]
"""Given the names of open holds, what was used of them and is not settled: whoever opened them knows."""

LOW_BALANCE = credits_of(50)
"""Below this a viewer is warned (S-W-38) and the balance shows yellow (S-W-23)."""

CRITICAL_BALANCE = credits_of(10)
"""Below this the balance shows red."""

CLEARING = "platform:clearing"
"""Credits issued for payments."""

PROMOTIONS = "platform:promotions"
"""Credits given away."""

REVENUE = "platform:revenue"
"""The platform's part of what was spent."""

ADJUSTMENTS = "platform:adjustments"
"""Counter-account of corrections."""


BREAKAGE = "platform:breakage"
"""Credits that nobody will use any more."""

RECEIVABLES = "platform:receivables"
"""Credits that customers owe."""

_AGAINST: Mapping[ReasonCode, str] = {
    "GOODWILL": PROMOTIONS,
    "PAYMENT_REVERSED": CLEARING,
    "EXPIRED": BREAKAGE,
    "ON_ACCOUNT": RECEIVABLES,
}


def counterpart(kind: Correction, code: ReasonCode) -> str:
    """Return the account that a correction is booked against: its reason says whose credits they are (X-W-01, X-W-06).

    A refund is at the platform's cost (D-14).
    """
    return REVENUE if kind == "REFUND" else _AGAINST.get(code, ADJUSTMENTS)


CUSTOMERS, CREATORS = "customers", "creators"
NAMED = (CUSTOMERS, CREATORS, CLEARING, PROMOTIONS, REVENUE, ADJUSTMENTS, BREAKAGE, RECEIVABLES)
"""The lines of a trial balance: the platform's accounts, and all those of customers and of creators as one each."""


def line_of(account: str) -> str:
    """Return the line of a trial balance that an account of the journal belongs to."""
    kind = account.partition(":")[0]
    return {"customer": CUSTOMERS, "creator": CREATORS}.get(kind, account)


def customer(user_id: str) -> str:
    """Return the journal's name of a user's account."""
    return f"customer:{user_id}"


def creator(user_id: str) -> str:
    """Return the journal's name of a creator's earnings."""
    return f"creator:{user_id}"


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a journal transaction: credits added to (or, negative, taken from) a named account."""

    account: str
    amount: Credits


@dataclass(frozen=True, slots=True)
class Reference:
    """What a journal transaction is for. The same reference is never applied twice (S-W-17)."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Account:
    """A customer account as stored.

    Attributes:
        version: counts every change.
        available: may be spent.
        held: set aside by open holds.
        sequence: number of the last entry; entries have no gaps.
        open_holds: how many holds are open.
        last_entry_at: when the last entry was made; entries never go back in time.
        created_at: when it was opened; ``None`` where that was not kept.
        updated_at: when it last changed.
        holds: names of the open holds.
    """

    version: int = 0
    available: Credits = NOTHING
    held: Credits = NOTHING
    sequence: int = 0
    open_holds: int = 0
    last_entry_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    holds: tuple[str, ...] = ()

    @property
    def balance(self) -> Credits:
        """Everything the customer owns."""
        return self.available + self.held


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer has at an instant, counting what is used and not settled yet: the one truth about credits.

    Attributes:
        available: may be spent on anything.
        held: set aside for what is going on, and not used yet.
        watching: used of what was set aside, and not settled yet.
        as_of: when.
    """

    available: Credits
    held: Credits
    watching: Credits
    as_of: datetime

    @property
    def balance(self) -> Credits:
        """Everything that is left to the customer."""
        return self.available + self.held


def standing(account: Account, watching: Credits, *, now: datetime) -> Standing:
    """Return what a customer has who used so much of what is set aside."""
    used = min(watching, account.held)
    return Standing(account.available, account.held - used, used, now)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a statement, as decided: ``amount`` is signed, ``balance`` is after it."""

    type: EntryType
    amount: Credits
    balance: Credits
    sequence: int
    at: datetime


def balanced(postings: Iterable[Posting]) -> bool:
    """Tell whether a transaction's postings sum to zero."""
    return sum((posting.amount for posting in postings), NOTHING) == 0


_MOVED = {
    "PAYMENT": Sentence("Bought {credits} credits"),
    "BONUS": Sentence("Bonus of {credits} credits"),
    "METER_EVENT": Sentence("Watched a stream"),
}
_MOVED_OTHERWISE = Sentence("{credits} credits")


def described(language: str, reference_type: str, amount: Credits, note: Mapping[str, Any]) -> str:
    """Return a line of a statement in words (X-W-14).

    Args:
        language: of ours, in which it is read.
        reference_type: what the entry is for.
        amount: milli-credits, signed.
        note: what was kept with it.
    """
    say, moved = speaker(language), to_decimal(abs(amount))
    if "title" in note:
        time, rate = _lasted(note["seconds"]), note["ratePerMinute"]
        return say("Watched '{title}' {time} at {rate}/min", title=note["title"], time=time, rate=rate)
    if "released" in note:
        return say("{credits} credits that were set aside came back", credits=note["released"])
    if "reason" in note:
        by_support = Sentence("Given by support: {reason}") if amount > 0 else Sentence("Taken by support: {reason}")
        return say(by_support, reason=note["reason"])
    return say(_MOVED.get(reference_type, _MOVED_OTHERWISE), credits=moved)


def _lasted(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    parts = [f"{minutes} min"] * (minutes > 0) + [f"{rest} s"] * (rest > 0 or minutes == 0)
    return " ".join(parts)


def level(balance: Credits) -> Level:
    """Return the colour a balance is shown in (S-W-23)."""
    if balance < CRITICAL_BALANCE:
        return "red"
    return "yellow" if balance < LOW_BALANCE else "green"


def enter(account: Account, kind: EntryType, amount: Credits, *, now: datetime) -> tuple[Account, Entry]:
    """Add an entry that changes what is available.

    Raises:
        ValueError: the amount is zero.
        InsufficientCredits: it would take more than is available.
    """
    if amount == 0:
        raise ValueError("an entry moves something")
    if account.available + amount < 0:
        raise InsufficientCredits.short_of(-amount, account.available)
    return _entered(replace(account, available=account.available + amount), kind, amount, now)


def _entered(changed: Account, kind: EntryType, amount: Credits, now: datetime) -> tuple[Account, Entry]:
    at = max(now, changed.last_entry_at) if changed.last_entry_at else now
    after = replace(changed, sequence=changed.sequence + 1, last_entry_at=at)
    return after, Entry(kind, amount, after.balance, after.sequence, at)


@dataclass(frozen=True, slots=True)
class HoldSize:
    """How much to set aside: up to ``want``, in whole ``unit``s, at least one unit. Milli-credits."""

    want: Credits
    unit: Credits


def hold(account: Account, size: HoldSize, *, new: bool) -> tuple[Account, Credits]:
    """Set credits aside.

    Args:
        account: the account.
        size: how much.
        new: a hold is opened, not extended.

    Returns:
        The account and what was granted.

    Raises:
        ValueError: the unit is not positive.
        InsufficientCredits: not even one unit is available.
    """
    if size.unit <= 0:
        raise ValueError("a hold's unit is positive")
    granted = size.unit * (min(size.want, account.available) // size.unit)
    if granted <= 0:
        raise InsufficientCredits.short_of(size.unit, account.available)
    after = replace(
        account,
        available=account.available - granted,
        held=account.held + granted,
        open_holds=account.open_holds + new,
    )
    return after, granted


def settle(account: Account, held: Credits, used: Credits, *, now: datetime) -> tuple[Account, Entry | None]:
    """Close a hold: the used part leaves the account by an entry, the rest becomes available again.

    Raises:
        ValueError: more was used than held.
        HoldClosed: the account holds less than that: it was settled before.
    """
    if not 0 <= used <= held:
        raise ValueError(f"cannot settle {used} of {held}")
    if held > account.held:
        raise HoldClosed
    closed = replace(
        account,
        available=account.available + held - used,
        held=account.held - held,
        open_holds=account.open_holds - 1,
    )
    if used == 0:
        return closed, None
    return _entered(closed, "DEBIT", -used, now)


def release(account: Account, held: Credits, *, now: datetime) -> tuple[Account, Entry]:
    """Return what an expired or voided hold set aside, by an entry that shows it and moves nothing (X-W-05, X-W-36).

    Raises:
        HoldClosed: the account holds less than that: it was settled before.
    """
    released, _ = settle(account, held, NOTHING, now=now)
    return _entered(released, "RELEASE", NOTHING, now)


def spent(user_id: str, amount: Credits, *, earner: str | None, earner_permille: int) -> list[Posting]:
    """Return the postings of a debit: the earner's share, rounded down, and the platform's rest (X-W-30).

    Nobody earns by what they spend themselves: credits that were given away would come back as earnings.
    """
    share = Credits(amount * earner_permille // 1000) if earner and earner != user_id else NOTHING
    postings = [Posting(customer(user_id), -amount), Posting(REVENUE, amount - share)]
    return [*postings, Posting(creator(earner), share)] if earner and share else postings


def drift(account: Account, amounts: Sequence[Credits], holds: Sequence[Credits]) -> tuple[Credits, Credits]:
    """Return by how much the balance differs from the sum of its entries, and ``held`` from its open holds."""
    return account.balance - sum(amounts, NOTHING), account.held - sum(holds, NOTHING)
