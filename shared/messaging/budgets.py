"""Budgets against SMS pumping: what may be sent to a country, and to a block of numbers, in a day (X-A-04).

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

DEFAULTS = {"country": 2000, "prefix": 100}
"""Units a day where neither the scope itself nor ``<kind>:*`` has a limit of its own."""

KEPT = timedelta(days=35)

Key = tuple[type[Item], str, str]


class OverBudget(Exception):
    """The day's budget is used up."""


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


def keys(phone: Phone) -> list[Key]:
    """Return where the limits lie that hold for a number."""
    return [(Budget, budget_pk(scope), Budget.SK) for kind, own in _scopes(phone) for scope in (own, f"{kind}:*")]


def limits(phone: Phone, kept: Sequence[Budget | None]) -> tuple[Limit, ...]:
    """Return the limits that hold for a number, from what was read at ``keys``."""
    set_by_hand: Mapping[str, int] = {item.scope: item.units for item in kept if item}
    return tuple(
        Limit(own, set_by_hand.get(own, set_by_hand.get(f"{kind}:*", DEFAULTS[kind]))) for kind, own in _scopes(phone)
    )


def _scopes(phone: Phone) -> list[tuple[str, str]]:
    return [("country", f"country:{phone.country}"), ("prefix", f"prefix:{phone.prefix}")]


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
        raise OverBudget
    more = [Spent.units.add(units), Spent.expires_at.set(now + KEPT)]
    room = Spent.units.does_not_exist() | (Spent.units <= limit.units - units)
    commit(Update(Spent, budget_pk(limit.scope), f"SPENT#{day}", more, condition=room, error=OverBudget))


def give_back(reservation: Reservation) -> None:
    """Return units that were not used."""
    enough = Spent.units >= reservation.units
    for scope in reservation.scopes:
        less = [Spent.units.add(-reservation.units)]
        with suppress(ConditionFailed):
            commit(Update(Spent, budget_pk(scope), f"SPENT#{reservation.day}", less, condition=enough))
