"""Every outbox item reaches the bus, in as few calls as possible, and a refused one comes again."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import ClassVar

import pytest

from shared.kernel import correlation, relay
from shared.kernel.declare import on_stream
from shared.kernel.events import DomainEvent, outbox
from shared.kernel.shells.batch import StreamRecord
from tests.clock import START
from tests.triggers import stream_event


class ThingHappened(DomainEvent):
    """Something happened."""

    domain: ClassVar[str] = "wallet"
    number: int


class Bus:
    """The bus: what it took, call by call; ``refusing`` says how often it refuses each event's number."""

    def __init__(self):
        self.calls: list[list[dict]] = []
        self.refusing: dict[int, int] = {}

    def put(self, params, **_):
        entries = json.loads(params["body"])["Entries"]
        results, taken = [], []
        for entry in entries:
            number = json.loads(entry["Detail"])["data"]["number"]
            self.refusing[number] = left = self.refusing.get(number, 0) - 1
            refused = left >= 0
            results.append({"ErrorCode": "ThrottlingException"} if refused else {"EventId": "1"})
            taken += [] if refused else [entry]
        self.calls.append(taken)
        return SimpleNamespace(status_code=200), {"Entries": results, "FailedEntryCount": 0}


@pytest.fixture
def bus(aws: None) -> Iterator[Bus]:
    bus, hooks = Bus(), relay._bus().meta.events
    hooks.register("before-call.events.PutEvents", bus.put)
    yield bus
    hooks.unregister("before-call.events.PutEvents", bus.put)


def _inserted(*numbers):
    items = [outbox(ThingHappened(number=number), at=START, event_id=f"evt_{number}").item.dump() for number in numbers]
    return stream_event("wallet", *[(None, item) for item in items])


def test_an_event_arrives_as_it_was_written(invoke, bus):
    correlation.begin("req-1")
    invoke("platform.relay_events", _inserted(1))
    ((entry,),) = bus.calls
    assert entry | {"Time": None} == {
        "EventBusName": "test-wellspring-events",
        "Source": "wellspring.wallet",
        "DetailType": "ThingHappened",
        "Time": None,
        "Detail": '{"id":"evt_1","requestId":"req-1","data":{"number":1}}',
    }


def test_twenty_five_events_take_three_calls(invoke, bus):
    invoke("platform.relay_events", _inserted(*range(25)))
    assert [len(taken) for taken in bus.calls] == [10, 10, 5]


def test_only_refused_entries_are_sent_again(invoke, bus):
    bus.refusing = {3: 1, 7: 2}
    invoke("platform.relay_events", _inserted(*range(10)))
    assert [[json.loads(entry["Detail"])["data"]["number"] for entry in taken] for taken in bus.calls] == [
        [0, 1, 2, 4, 5, 6, 8, 9],
        [3],
        [7],
    ]


@pytest.mark.covers("X-O-01")
def test_a_batch_that_the_bus_keeps_refusing_comes_again(invoke, bus):
    bus.refusing = {0: 99}
    with pytest.raises(RuntimeError, match="the bus refused 1 events: ThrottlingException"):
        invoke("platform.relay_events", _inserted(0, 1))


def test_a_stream_handler_gets_records_in_order_and_the_first_failure_is_raised(invoke):
    seen: list[str] = []

    @on_stream("wallet", filters=[])
    def read(record: StreamRecord) -> None:
        seen.append(record.domain)
        if len(seen) == 2:
            raise LookupError

    with pytest.raises(LookupError):
        invoke(read, _inserted(1, 2, 3))
    assert seen == ["wallet", "wallet"]
