"""The gate: whether a message may leave now, by which channel, and if not, why (X-A-04, D-01). Pure.

In this order: the matter is still open and the message still makes sense; then for each channel, in order of
preference: consent → suppression → preferences → what the channel itself demands; then quiet hours → frequency caps;
last, what only a try could tell (budget, words). What is not known is not allowed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from shared.kernel.categories import OUTSIDE, Cap, Category, Channel
from shared.messaging.recipients import hours, preferences
from shared.messaging.recipients.hours import Week, Whereabouts


@dataclass(frozen=True, slots=True)
class ChannelOption:
    """A channel by which the message could go.

    Attributes:
        channel: the channel.
        address: where to; ``None`` where the recipient has none for it.
        suppressed: reason of the suppression that holds for the address and category, except one that this very
            message confirms.
        unfit: what keeps the channel from carrying this message: ``NO_SENDER``, ``NO_PERSON``, ``COUNTRY``,
            ``LANDLINE``, ``SENDER_UNREGISTERED``.
        conversation: the person wrote on this channel within the last 24 hours (X-A-28).
    """

    channel: Channel
    address: str | None
    suppressed: str | None = None
    unfit: str | None = None
    conversation: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A recipient as the gate sees them.

    Attributes:
        active: the relation still is.
        paused_until: they asked for rest until then.
        muted: ``<category>:<channel>`` and ``<category>:*`` that they do not want (X-N-01).
    """

    active: bool = True
    paused_until: datetime | None = None
    muted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Count:
    """What was sent before, under the caps that count it, oldest first."""

    caps: tuple[Cap, ...]
    sends: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision stands on.

    Attributes:
        now: the present.
        category: what kind of message.
        valid_until: when it makes no sense any more.
        closed: why its matter is over, ``SUSPENDED`` where its user's account is; ``None`` while it is open.
        person: the recipient; ``None`` where there is none of that id.
        direct: it goes to the address that its request named, which only account mail and answers may.
        consented: channels that the recipient agreed to for the category's purpose.
        ways: channels, in order of preference.
        tried: channels that were used up.
        whereabouts: where the recipient may be.
        narrower: hours of the person's own and of the request.
        counts: what its caps count, without this message itself.
        yields: another user is next with this person.
        found: what a try told of a channel: ``BUDGET``, ``TEMPLATE``, ``WHATSAPP_WINDOW``.
    """

    now: datetime
    category: Category
    valid_until: datetime
    closed: str | None = None
    person: Person | None = None
    direct: bool = False
    consented: frozenset[Channel] = frozenset()
    ways: tuple[ChannelOption, ...] = ()
    tried: frozenset[Channel] = frozenset()
    whereabouts: Whereabouts = field(default_factory=Whereabouts)
    narrower: tuple[Week, ...] = ()
    counts: tuple[Count, ...] = ()
    yields: bool = False
    found: Mapping[Channel, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Send:
    """It may leave now, by this way."""

    way: ChannelOption


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now; everything is checked again at ``until``."""

    until: datetime
    reason: str


Status = Literal["BLOCKED", "CANCELLED", "EXPIRED"]


@dataclass(frozen=True, slots=True)
class Block:
    """Not at all."""

    reason: str
    status: Status = "BLOCKED"


Decision = Send | Defer | Block

DIRECT = frozenset({"account", "service"})
"""Categories whose request may name the address."""


OF_THE_ADDRESS = frozenset({"NO_ADDRESS", "NO_PERSON", "COUNTRY", "LANDLINE"})
"""Reasons that lie in an address itself, so that no later message could use it."""


def decide(facts: Facts) -> Decision:
    """Return what is to become of a message now.

    The first channel that is not blocked decides: somebody who prefers texts gets one in the morning, not a mail at
    night. Where all are blocked, the reason of the first is told whose address could be used.
    """
    if refusal := _of_matter(facts) or _of_person(facts):
        return refusal
    refused: list[Block] = []
    for way in facts.ways:
        if way.channel in facts.tried:
            continue
        decision = _of_way(facts, way)
        if not isinstance(decision, Block):
            return decision
        refused.append(decision)
    usable = [block for block in refused if block.reason not in OF_THE_ADDRESS]
    return _over_budget(facts, refused) or next(iter([*usable, *refused]), Block("NO_CHANNEL"))


def _over_budget(facts: Facts, refused: Sequence[Block]) -> Defer | None:
    """Let a message wait for tomorrow's budget where nothing but ours of today keeps it back."""
    tomorrow = next_day(facts.now)
    waits = any(block.reason == "BUDGET" for block in refused) and tomorrow < facts.valid_until
    return Defer(tomorrow, "BUDGET") if waits else None


def next_day(now: datetime) -> datetime:
    """Return when the next day begins, in UTC as budgets count."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _of_matter(facts: Facts) -> Block | None:
    if facts.closed is not None:
        return Block(facts.closed, "CANCELLED")
    if facts.now >= facts.valid_until:
        return Block("EXPIRED", "EXPIRED")
    return None


def _of_person(facts: Facts) -> Block | None:
    if facts.direct and facts.category.name not in DIRECT:
        return Block("ADDRESS_NOT_ALLOWED")
    if facts.person is None:
        return None if facts.direct else Block("UNKNOWN_RECIPIENT")
    if not facts.person.active and not facts.direct:
        return Block("INACTIVE")
    if not facts.category.critical and facts.person.paused_until and facts.now < facts.person.paused_until:
        return Block("PAUSED")
    return None


def _of_way(facts: Facts, way: ChannelOption) -> Decision:
    """Return what becomes of a message on one channel."""
    reason = _no_address(way) or _no_consent(facts, way) or way.suppressed or _muted(facts, way) or way.unfit
    if reason:
        return Block(reason)
    waits = _quiet(facts, way) or _capped(facts)
    if waits:
        return waits
    found = facts.found.get(way.channel)
    return Block(found) if found else Send(way)


def _no_address(way: ChannelOption) -> str | None:
    return None if way.address else "NO_ADDRESS"


def _no_consent(facts: Facts, way: ChannelOption) -> str | None:
    """Tell where consent is missing: to the purpose by this channel, or to WhatsApp and calls (X-A-28, X-A-41)."""
    if way.channel in facts.consented:
        return None
    if facts.category.consent is not None:
        return "NO_CONSENT"
    if way.channel is Channel.VOICE or (way.channel is Channel.WHATSAPP and not way.conversation):
        return "NO_CONSENT"
    return None


def _muted(facts: Facts, way: ChannelOption) -> str | None:
    if facts.person is None or preferences.wanted(facts.category, way.channel, facts.person.muted):
        return None
    return "PREFERENCES"


def leaves_by(facts: Facts, most: timedelta) -> datetime:
    """Return until when a message that may leave now may still do so, at most so much later."""
    until = min(facts.now + most, facts.valid_until)
    if facts.category.critical:
        return until
    return hours.last_allowed(facts.now, *_where_and_when(facts), until=until)


def _where_and_when(facts: Facts) -> tuple[tuple[str, ...], tuple[Week, ...]]:
    return facts.whereabouts.zones(), (*facts.whereabouts.rules(), *facts.narrower)


def _quiet(facts: Facts, way: ChannelOption) -> Defer | Block | None:
    """Tell when the hours allow it (X-A-11, X-N-04); what only lies in the in-app inbox wakes nobody."""
    if facts.category.critical or way.channel not in OUTSIDE:
        return None
    at = hours.next_allowed(facts.now, *_where_and_when(facts), until=facts.valid_until)
    if at is None:
        return Block("QUIET_HOURS")
    return None if at == facts.now else Defer(at, "QUIET_HOURS")


def _capped(facts: Facts) -> Defer | Block | None:
    """Tell when the caps have room again; a message that would wait too long is blocked, as one that is not next."""
    if facts.yields:
        return Block("FREQUENCY")
    waits = [wait for count in facts.counts for cap in count.caps if (wait := _full(cap, count.sends, facts.now))]
    if not waits:
        return None
    free = max(at for at, _ in waits)
    patient = all(at - facts.now <= wait for at, wait in waits)
    return Defer(free, "FREQUENCY") if patient and free < facts.valid_until else Block("FREQUENCY")


def _full(cap: Cap, sends: tuple[datetime, ...], now: datetime) -> tuple[datetime, timedelta] | None:
    """Return when a full cap has room again, and how long a message may wait for it."""
    recent = sorted(sent for sent in sends if sent > now - cap.window)
    if len(recent) < cap.limit:
        return None
    return recent[-cap.limit] + cap.window, cap.wait
