"""One message reaches everyone who can be reached; whoever is gone is forgotten; the others notice nothing."""

from typing import ClassVar

import pytest
from botocore.exceptions import ClientError

from shared.identity import signed_in
from shared.kernel.realtime import LiveMessage, Outcome, publish
from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.connections import connection_pk
from shared.kernel.realtime.items import ChannelLog, Connection, Subscription
from shared.kernel.realtime.messages import MAX_FRAME
from shared.kernel.realtime.publishing import log_key
from shared.kernel.realtime.schemas import Subscribe
from shared.kernel.realtime.subscriptions import subscribe
from shared.kernel.storage import reads
from tests import sockets

ROOM = ChannelKind("room", lambda _principal, _room_id: True, shards=16)


class Started(LiveMessage):
    """A kept message."""

    type: ClassVar[str] = "room.started"
    channel: ClassVar[ChannelKind] = ROOM
    title: str


class Ticked(LiveMessage):
    """A message that the next one replaces."""

    type: ClassVar[str] = "room.ticked"
    channel: ClassVar[ChannelKind] = ROOM
    kept: ClassVar[bool] = False
    count: int


@pytest.fixture
def joined(opened, clock):
    """Open connections and join them to ``room:1``."""

    def join(count):
        names = [f"con-{number}" for number in range(count)]
        for name in names:
            opened(name, f"usr_{name}")
            subscribe(name, Subscribe(action="subscribe", channel="room:1"), [ROOM], signed_in, now=clock.now())
        return names

    return join


def test_one_dead_one_busy_and_one_silent_client_among_fifty_change_nothing_for_the_others(joined, gateway, clock):
    names = joined(50)
    dead, busy, silent, *living = names
    gateway.faults = {dead: sockets.GONE, busy: sockets.BUSY, silent: sockets.SILENT}
    outcomes = publish(Started(title="Morning"), "1", now=clock.now())
    assert outcomes == {Outcome.DELIVERED: 47, Outcome.GONE: 1, Outcome.FAILED: 2}
    assert [gateway.frames(name)[0]["sequence"] for name in living] == [1] * 47
    assert reads.get(Connection, connection_pk(dead), "CONNECTION") is None
    assert reads.get(Subscription, ROOM.partition("1", dead), dead) is None

    gateway.tried.clear()
    gateway.faults = {}
    assert publish(Started(title="Evening"), "1", now=clock.now()) == {Outcome.DELIVERED: 49}
    assert dead not in gateway.tried


def test_a_refusal_that_is_our_fault_is_raised(joined, gateway, clock, monkeypatch):
    joined(2)
    monkeypatch.setitem(sockets._REFUSALS, "ours", (403, "AccessDeniedException"))
    gateway.faults = {"con-1": "ours"}
    with pytest.raises(ClientError):
        publish(Ticked(count=1), "1", now=clock.now())


def test_a_message_that_is_not_kept_takes_no_number(joined, gateway, clock):
    joined(1)
    publish(Ticked(count=7), "1", now=clock.now())
    (frame,) = gateway.frames("con-0")
    assert (frame["sequence"], frame["data"]) == (None, {"count": 7})
    assert reads.get(ChannelLog, *log_key("room:1")) is None
    publish(Started(title="x"), "1", now=clock.now())
    assert gateway.frames("con-0")[0]["sequence"] == 1


def test_a_channel_without_listeners_keeps_its_messages(gateway, clock):
    assert publish(Started(title="x"), "1", now=clock.now()) == {}
    assert reads.get(ChannelLog, *log_key("room:1")).sequence() == 1


def test_a_message_over_four_kilobytes_is_a_mistake(gateway, clock):
    with pytest.raises(ValueError, match=r"room\.started is over 4096 bytes"):
        publish(Started(title="x" * MAX_FRAME), "1", now=clock.now())


@pytest.mark.parametrize("kept", [True, False])
def test_only_a_kept_message_pays_for_consistent_reads(kept, gateway, clock, monkeypatch):
    asked = []
    real = reads.query
    monkeypatch.setattr(
        reads, "query", lambda *args, **options: asked.append(options["consistent"]) or real(*args, **options)
    )
    publish(Started(title="x") if kept else Ticked(count=1), "1", now=clock.now())
    assert asked == [kept] * 16
