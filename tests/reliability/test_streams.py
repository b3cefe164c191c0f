"""R-16: streams and queues repeat, reorder, halve and choke; what is derived from them ends byte for byte the same."""

import itertools
import json
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from shared import wallet
from shared.accountability.escalation.items import Contact
from shared.accountability.events import MilestoneReached
from shared.kernel import relay
from shared.kernel.events import DomainEvent, outbox
from shared.messaging.events import ChannelFailed, MessageDelivered, MessageSent
from tests import escalations as world
from tests import faults, money, mutants
from tests.calls import invoke
from tests.clock import START, FixedClock
from tests.mailroom import CALLS
from tests.mutants import Mutant
from tests.snapshots import Snapshot
from tests.streams import Image, Queue, Stream, state
from tests.triggers import queue_event

T = TypeVar("T")

ORDERS = 12
"""Orders that are tried, everything delivered up to four times."""

CREATORS = ("usr_creator", "usr_other")
POISON: Image = {"pk": {"S": "OUTBOX#evt_poison"}, "sk": {"S": "TXN"}}
"""An item that nobody can read."""

KINDS = (faults.CRASH_BEFORE, faults.CRASH_AFTER)

DELIVERY, RULES = "shared.accountability.escalation.delivery", "shared.accountability.escalation.rules"


def _mixed(things: Sequence[T], number: int) -> list[T]:
    """Return things in another order, each one to four times; order 0 repeats them in their own."""
    source = random.Random(number)
    found = [thing for thing in things for _ in range(source.randint(1, 4))]
    if number:
        source.shuffle(found)
    return found


def _with(things: Sequence[T], at: int, other: T) -> list[T]:
    return [*things[:at], other, *things[at:]]


@pytest.fixture
def journal(stage: str, clock: FixedClock) -> list[Image]:
    """Provide what a wallet's stream tells of three customers who buy, set aside and spend."""
    for number in range(3):
        user_id = f"usr_{number}"
        wallet.deposit(user_id, 90_000, reference=wallet.Reference("PAYMENT", f"pay_{number}"), bonus=9_000, now=START)
        for spent in range(3):
            hold_id = f"hold_{number}_{spent}"
            size = wallet.HoldSize(want=20_000, unit=1)
            until = START + timedelta(hours=1)
            wallet.open_hold(user_id, hold_id, size, purpose="test", expires_at=until, now=START, beside=lambda *_: [])
            wallet.settle_hold(
                user_id,
                hold_id,
                held=20_000,
                used=7_000 + number,
                reference=wallet.Reference("METER_EVENT", hold_id),
                earner=CREATORS[spent % 2],
                earner_permille=700,
                now=START,
                beside=[],
            )
    rows = [row for row in money.rows("wallet") if row["sk"] == {"S": "TXN"}]
    return sorted(rows, key=lambda row: row["entry_sk"]["S"])


PROJECT = "wallet.project_platform_accounts"


@pytest.mark.covers("R-16", "X-W-01", "X-W-30", "X-W-35")
def test_platform_accounts_come_to_the_same(journal: list[Image]) -> None:
    def projected(images: list[Image], *meets: str | None) -> tuple[list[Image], bytes, faults.Faults]:
        empty.restore()
        with faults.injected(faults.script(*meets), operations=CALLS) as wire:
            stream = Stream(PROJECT, "wallet", wire.revive)
            stream.deliver(images)
        return stream.dead, state(money.rows("wallet")), wire

    empty, nothing = Snapshot("wallet"), state(money.rows("wallet"))
    dead, plain, wire = projected(journal)
    calls = wire.calls.total()
    assert (dead, plain == nothing, calls >= 2 * len(journal)) == ([], False, True)
    for number in range(ORDERS):
        assert projected(_mixed(journal, number))[:2] == ([], plain)
    for at in range(len(journal) + 1):
        assert projected(_with(journal, at, POISON))[:2] == ([POISON], plain)
    for position, kind in itertools.product(range(calls), KINDS):
        dead, found, wire = projected(journal, *[None] * position, kind)
        assert (dead, found, wire.seen[kind]) == ([], plain, 1)


class Bus:
    """The bus: keeps what it took; one of its calls fails, before or after it took the entries."""

    def __init__(self, at: int | None = None, kind: str | None = None) -> None:
        self.taken: dict[str, str] = {}
        self.calls = 0
        self._fails = (at, kind)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the SDK's name
        """Take entries."""
        at, self.calls = self.calls, self.calls + 1
        if self._fails == (at, faults.CRASH_BEFORE):
            raise faults.Crash
        for entry in Entries:
            self.taken[json.loads(entry["Detail"])["id"]] = entry["Detail"]
        if self._fails == (at, faults.CRASH_AFTER):
            raise faults.Crash
        return {"Entries": [{"EventId": "1"} for _ in Entries]}


RELAY = "platform.relay_events"


@pytest.mark.covers("R-16", "X-O-01")
def test_every_event_reaches_the_bus(stage: str) -> None:
    def relayed(images: list[Image], bus: Bus) -> tuple[list[Image], dict[str, str]]:
        stream = Stream(RELAY, "accountability")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(relay, "_bus", lambda: bus)
            stream.deliver(images)
        return stream.dead, bus.taken

    events = [MilestoneReached(user_id="usr_1", goal_id=f"gol_{at}", date="2026-03-01", days=7) for at in range(24)]
    images = [outbox(event, at=START, event_id=f"evt_{at}").item.dump() for at, event in enumerate(events)]
    plain = Bus()
    assert relayed(images, plain) == ([], plain.taken)
    assert sorted(plain.taken) == sorted(f"evt_{at}" for at in range(24))
    for number in range(ORDERS):
        assert relayed(_mixed(images, number), Bus()) == ([], plain.taken)
    for at in range(len(images) + 1):
        assert relayed(_with(images, at, POISON), Bus()) == ([POISON], plain.taken)
    for at, kind in itertools.product(range(plain.calls), KINDS):
        assert relayed(images, Bus(at, kind)) == ([], plain.taken)


def _news(one: Contact) -> list[DomainEvent]:
    """Return what is heard of a contact: the text did not arrive, the mail did."""
    about = {
        "message_id": one.message_id,
        "recipient_id": one.recipient_id,
        "category": "partner-ask",
        "about": f"contact:{one.goal_id}#{one.date}#{one.step}#{one.recipient_id}",
    }
    return [
        MessageSent.model_validate(about | {"channel": "SMS"}),
        ChannelFailed.model_validate(about | {"channel": "SMS", "reason": "30003"}),
        MessageSent.model_validate(about | {"channel": "EMAIL"}),
        MessageDelivered.model_validate(about | {"channel": "EMAIL"}),
    ]


@pytest.fixture
def news(stage: str, clock: FixedClock) -> list[DomainEvent]:
    """Provide what is heard of the contacts that three missed days made."""
    world.put_member()
    world.put_goal()
    for partner_id in ("ptn_ben", "ptn_cleo", "ptn_dan"):
        world.put_partner(partner_id)
    for number in range(1, 4):
        invoke("accountability.start_escalation", queue_event(world.miss(number)))
    found = [event for one in world.contacts() for event in _news(one)]
    assert len(found) > 3 * 4
    return found


def _noted(events: list[DomainEvent], *meets: str | None) -> tuple[list[DomainEvent], bytes, faults.Faults]:
    with faults.injected(faults.script(*meets), operations=CALLS) as wire:
        queue = Queue("accountability.note_contact", wire.revive)
        queue.deliver(events)
    return queue.dead, state(money.rows("accountability")), wire


@pytest.mark.covers("R-16", "S-A-33", "S-A-34", "S-A-35")
def test_contacts_counters_and_timeline_come_to_the_same(news: list[DomainEvent]) -> None:
    def noted(events: list[DomainEvent], *meets: str | None) -> tuple[list[DomainEvent], bytes, faults.Faults]:
        unheard.restore()
        return _noted(events, *meets)

    nobodys = news[0].model_copy(update={"about": f"contact:{world.GOAL}#2026-01-01#01#ptn_nobody"})
    unheard, nothing = Snapshot("accountability", "messaging"), state(money.rows("accountability"))
    dead, plain, wire = noted(news)
    assert (dead, plain == nothing) == ([], False)
    for number in range(ORDERS):
        assert noted(_mixed(news, number))[:2] == ([], plain)
    for at in range(len(news) + 1):
        assert noted(_with(news, at, nobodys))[:2] == ([nobodys], plain)
    for position, kind in itertools.product(range(wire.calls.total()), KINDS):
        dead, found, wire = noted(news, *[None] * position, kind)
        assert (dead, found, wire.seen[kind]) == ([], plain, 1)


BUGS = [
    Mutant("news counts each time it is heard", DELIVERY, "_note", "and contact.sent_at is None", ""),
    Mutant("the latest news stands", RULES, "later", "STATES[news] > STATES[state]", "news != state"),
]


@pytest.mark.covers("R-16")
@pytest.mark.parametrize("bug", BUGS, ids=[bug.bug.replace(" ", "-") for bug in BUGS])
def test_a_planted_bug_is_found(news: list[DomainEvent], bug: Mutant) -> None:
    unheard = Snapshot("accountability", "messaging")
    _, plain, _ = _noted(news)
    found = set()
    with mutants.planted(bug):
        for number in range(ORDERS):
            unheard.restore()
            found.add(_noted(_mixed(news, number))[1])
    assert found != {plain}
