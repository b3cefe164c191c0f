"""The decisions of payments: what a pack is worth, whose delivery this is, what an event means for a payment."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal

from shared.kernel.money import PER_CREDIT, Credits, Minor, Money
from shared.kernel.security.signatures import BadSignature, require_fresh, require_hmac_sha256

Status = Literal["PENDING", "SUCCEEDED", "FAILED", "UNDER_REVIEW", "REFUNDED"]
Method = Literal["CARD", "BANK"]

OPEN: tuple[Status, ...] = ("PENDING", "FAILED")
"""States that a payment may still be paid in: money that arrives after a failure was reported is money (X-W-22)."""

_MAX_HEADER = 2048

COMPLETED = "checkout.session.completed"
EXPIRED = "checkout.session.expired"
ARRIVED = "checkout.session.async_payment_succeeded"
NEVER_ARRIVED = "checkout.session.async_payment_failed"
SESSION_EVENTS = frozenset({COMPLETED, EXPIRED, ARRIVED, NEVER_ARRIVED})
"""What we act on."""

REVIEWED = frozenset(
    {
        "charge.refunded",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
"""What a person is told of at once. With the events that we act on these are what the endpoint at Stripe asks for."""

_REVIEWED_KINDS = ("charge.refund", "refund.", "charge.dispute.")

ASK_FIRST = timedelta(minutes=30)
"""How long a purchase may be without news before the provider is asked."""

ASK_AT_MOST_EVERY = timedelta(hours=6)

SESSION_LIFE = timedelta(hours=25)
"""Longer than any Checkout session lives (24 hours)."""


def to_review(event_type: str) -> bool:
    """Tell whether an event is about money that goes back: every kind of refund and dispute, also those to come."""
    return event_type.startswith(_REVIEWED_KINDS)


def ask_again_after(times: int) -> timedelta:
    """Return how long to wait after having asked so many times: twice as long each time, up to six hours."""
    return min(ASK_FIRST * (1 << min(times, 10)), ASK_AT_MOST_EVERY)


@dataclass(frozen=True, slots=True)
class Pack:
    """A price pack as offered: credits and bonus in milli-credits, for money."""

    id: str
    credits: Credits
    bonus_credits: Credits
    price: Money


def best_values(packs: Iterable[Pack]) -> frozenset[str]:
    """Return the ids of the packs with the most credits for the money, bonus included, one per currency (S-W-56).

    Of equals the cheaper one wins, then the lower id.
    """
    best: dict[str, Pack] = {}
    for pack in sorted(packs, key=lambda pack: (-_worth(pack), pack.price.amount, pack.id)):
        best.setdefault(pack.price.currency, pack)
    return frozenset(pack.id for pack in best.values())


def _worth(pack: Pack) -> Fraction:
    return Fraction(pack.credits + pack.bonus_credits, pack.price.amount)


_WITHOUT_PARTS = frozenset({"JPY"})
"""Currencies whose minor unit is the whole one."""


@cache
def _minimums() -> dict[str, int]:
    table = tomllib.loads(Path(__file__).with_name("minimum_charges.toml").read_text())
    return dict(table["minimum"])


def below_minimum(price: Money) -> str | None:
    """Return why the provider takes no payment of so little, in a sentence; ``None`` where it does."""
    least = _minimums()[price.currency]
    if price.amount >= Minor(least):
        return None
    text = in_words(Minor(least), price.currency)
    return f"A price is at least {text} ({least} in minor units), or nobody can pay it by card."


def below_worth(pack: Pack) -> str | None:
    """Return why a pack gives away credits, in a sentence: one costs a cent at least, bonus included (decision 56)."""
    if int(pack.price.amount) * PER_CREDIT >= pack.credits + pack.bonus_credits:
        return None
    return "A credit costs at least one minor unit of the currency, those of the bonus included."


def unsellable(pack: Pack) -> str | None:
    """Return why a pack may not be sold, in a sentence: nobody can pay it, or it gives credits away."""
    return below_minimum(pack.price) or below_worth(pack)


def in_words(amount: Minor, currency: str) -> str:
    """Return money as people read it, e.g. ``4.99 USD``."""
    text = str(amount) if currency in _WITHOUT_PARTS else f"{amount // 100}.{amount % 100:02d}"
    return f"{text} {currency}"


def verify_stripe(header: str, body: bytes, secrets: Iterable[str], *, now: datetime) -> None:
    """Hold a delivery to Stripe's signature: ``t=<seconds>,v1=<hex>[,v1=<hex>…]`` over ``<t>.<body>`` (S-W-44, X-W-25).

    Raises:
        BadSignature: it is not Stripe's, or more than 300 s old or ahead.
    """
    if len(header) > _MAX_HEADER:
        raise BadSignature
    fields = [part.partition("=") for part in header.split(",")]
    stamps = [value for name, _, value in fields if name == "t"]
    if len(stamps) != 1:
        raise BadSignature
    require_fresh(stamps[0], now=now)
    signatures = [value for name, _, value in fields if name == "v1"]
    require_hmac_sha256(f"{stamps[0]}.".encode() + body, signatures, secrets)


@dataclass(frozen=True, slots=True)
class Purchase:
    """A payment's terms as they were fixed when it began, and where it stands."""

    id: str
    user_id: str
    price_id: str
    price: Money
    status: Status
    provider_ref: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What Stripe tells of a Checkout session. Anything may be missing."""

    session_id: str
    user_id: str | None
    price_id: str | None
    amount: Minor | None
    currency: str | None
    paid: bool


@dataclass(frozen=True, slots=True)
class Pay:
    """The money is there: credit it."""

    method: Method


@dataclass(frozen=True, slots=True)
class Fail:
    """The money will not come."""

    reason: Literal["expired", "declined"]


@dataclass(frozen=True, slots=True)
class Review:
    """Something does not fit: a person has to look; nothing is credited."""

    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing follows from it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It is not over: ask again."""


Decision = Pay | Fail | Review | Leave


@dataclass(frozen=True, slots=True)
class Unknown:
    """The provider's answer is none that we understand."""

    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What Stripe answers about a Checkout session.

    Attributes:
        told: what its events would tell.
        over: the session has expired, or its money will not come.
        method: how it was paid.
    """

    told: Told
    over: Literal["expired", "declined"] | None
    method: Method


def answered(asked: Asked | Unknown | None, purchase: Purchase, *, age: timedelta) -> Pay | Fail | Review | Wait:
    """Decide what the provider's answer means for a purchase that is pending.

    Args:
        asked: the answer; ``None`` where we never learned the session's name.
        purchase: as it stands.
        age: since it began.
    """
    if asked is None:
        return Fail("expired") if age >= SESSION_LIFE else Wait()
    if isinstance(asked, Unknown):
        return Review(asked.reason)
    mismatch = differing(asked.told, purchase)
    if mismatch:
        return Review(f"{mismatch} differs")
    if asked.told.paid:
        return Pay(asked.method)
    return Fail(asked.over) if asked.over else Wait()


def decide(event_type: str, told: Told, purchase: Purchase) -> Decision:
    """Decide what an event about a Checkout session means for its payment, whatever came before it.

    Paid once is paid for good; a payment under review stays there until a person decides.
    """
    mismatch = differing(told, purchase)
    if mismatch:
        return Review(f"{mismatch} differs")
    if event_type in {COMPLETED, ARRIVED}:
        return _arrived(event_type, told, purchase)
    if purchase.status != "PENDING":
        return Leave(f"the payment is {purchase.status}")
    return Fail("expired" if event_type == EXPIRED else "declined")


def _arrived(event_type: str, told: Told, purchase: Purchase) -> Decision:
    if not told.paid:
        return Leave("the money is still to come")
    if purchase.status == "UNDER_REVIEW":
        return Review("the payment is under review")
    if purchase.status not in OPEN:
        return Leave(f"the payment is {purchase.status}")
    return Pay("BANK" if event_type == ARRIVED else "CARD")


def differing(told: Told, purchase: Purchase) -> str | None:
    """Return what an event and its payment disagree about, ``None`` when they agree."""
    if purchase.provider_ref not in {None, told.session_id}:
        return "session"
    if (told.amount, (told.currency or "").upper()) != (purchase.price.amount, purchase.price.currency):
        return "amount"
    if (told.user_id, told.price_id) != (purchase.user_id, purchase.price_id):
        return "metadata"
    return None
