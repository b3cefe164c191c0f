"""Budgets against SMS pumping: what may be sent in a day for a user, to a block of numbers, a country, in all (X-A-04).

A unit is a segment of a text, a WhatsApp message or a call. Units are reserved by a conditional update of their own
before the claim, because the item of a busy country must not be part of a transaction, and given back where nothing
was sent. A function that dies in between leaves them reserved: a budget errs on the side of less.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.storage.items import Item
from shared.kernel.storage.writes import ConditionFailed, Update, commit
from shared.messaging.limit_items import Budget, Spent, budget_pk
from shared.messaging.phones import Phone

DEFAULTS = {"user": 120, "category": 500, "prefix": 100, "country": 300, "all": 5000}
"""Units a day where neither the scope itself nor ``<kind>:*`` has a limit of its own.

A user has 20 partners at most, and each invitation is of two segments. ``category`` holds for what goes out in no
user's name, such as answers: whoever writes to us cannot use up what partners are asked with.
"""

COUNTRIES = {"US": 2000, "CA": 1000, "GB": 1000}
"""Units a day of the countries with most users; every other has that of its kind."""

KEPT = timedelta(days=35)

Key = tuple[type[Item], str, str]


class OverBudget(Exception):
    """The day's budget is used up.

    Attributes:
        scope: which.
    """

    def __init__(self, scope: str) -> None:
        super().__init__(scope)
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Limit:
    """How many units a scope may use in a day."""

    scope: str
    units: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Units that were set aside."""

    scopes: tuple[str, ...]
    day: str
    units: int


def payer(subject_id: str | None, category: str) -> str:
    """Return the scope that a message is charged to before all others: its user, else what kind of message it is."""
    return f"user:{subject_id}" if subject_id else f"category:{category}"


def keys(phone: Phone, payer: str) -> list[Key]:
    """Return where the limits lie that hold for a number and whoever has it written to."""
    scopes = dict.fromkeys(scope for kind, own in _scopes(phone, payer) for scope in (own, f"{kind}:*"))
    return [(Budget, budget_pk(scope), Budget.SK) for scope in scopes]


def limits(phone: Phone, payer: str, kept: Sequence[Budget | None]) -> tuple[Limit, ...]:
    """Return the limits that hold for them, from what was read at ``keys``."""
    set_by_hand: Mapping[str, int] = {item.scope: item.units for item in kept if item}
    return tuple(
        Limit(own, set_by_hand.get(own, set_by_hand.get(f"{kind}:*", _default(kind, own))))
        for kind, own in _scopes(phone, payer)
    )


def _default(kind: str, scope: str) -> int:
    own = COUNTRIES.get(scope.partition(":")[2]) if kind == "country" else None
    return own or DEFAULTS[kind]


def _scopes(phone: Phone, payer: str) -> list[tuple[str, str]]:
    """Return kinds and scopes, the narrowest first: what one user has used up does not touch what others share."""
    return [
        (payer.partition(":")[0], payer),
        ("prefix", f"prefix:{phone.prefix}"),
        ("country", f"country:{phone.country}"),
        ("all", "all:*"),
    ]


def reserve(held_to: Sequence[Limit], units: int, *, now: datetime) -> Reservation:
    """Set units aside under every limit.

    Raises:
        OverBudget: one of them is used up; nothing is set aside.
    """
    day, reserved = now.date().isoformat(), list[str]()
    for limit in held_to:
        try:
            _reserve(limit, day, units, now)
        except OverBudget:
            give_back(Reservation(tuple(reserved), day, units))
            raise
        reserved.append(limit.scope)
    return Reservation(tuple(reserved), day, units)


def _reserve(limit: Limit, day: str, units: int, now: datetime) -> None:
    if units > limit.units:
        raise OverBudget(limit.scope)
    more = [Spent.units.add(units), Spent.expires_at.set(now + KEPT)]
    room = Spent.units.does_not_exist() | (Spent.units <= limit.units - units)
    commit(
        Update(
            Spent, budget_pk(limit.scope), f"SPENT#{day}", more, condition=room, error=lambda _: OverBudget(limit.scope)
        )
    )


def give_back(reservation: Reservation) -> None:
    """Return units that were not used."""
    enough = Spent.units >= reservation.units
    for scope in reservation.scopes:
        less = [Spent.units.add(-reservation.units)]
        with suppress(ConditionFailed):
            commit(Update(Spent, budget_pk(scope), f"SPENT#{reservation.day}", less, condition=enough))
