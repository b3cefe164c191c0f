"""The catalogue: every event has a sample that its class accepts, and leaves through the outbox as the bus wants it."""

import json

import pytest

from infra.documents.events import catalogue, described
from shared.kernel.declare import OnEvent
from shared.kernel.events import DomainEvent, bus_entry, outbox
from shared.kernel.registry import functions
from tests.clock import START
from tests.triggers import SAMPLES, queue_event, sample

EVENTS = catalogue()


@pytest.fixture(autouse=True)
def _stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_STAGE", "test")


@pytest.mark.covers_partly("X-P-26", missing="an event cannot be had in a thin form")
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_a_sample_is_such_an_event(event: type[DomainEvent]) -> None:
    found = described(event)
    data = found["sample"]["detail"]["data"]
    made = event.model_validate_json(json.dumps(data))
    assert json.loads(made.model_dump_json()) == data
    assert found["schema"]["additionalProperties"] is False
    assert found["schema"]["description"]


@pytest.mark.covers_partly(
    "X-O-01", missing="nothing shows for every consumer that an event that comes again changes nothing"
)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_an_event_reaches_its_consumer_as_it_was_written(event: type[DomainEvent]) -> None:
    told = event.model_validate_json(json.dumps(described(event)["sample"]["detail"]["data"]))
    _, request = outbox(told, at=START, event_id="evt_1").request()
    entry = bus_entry(request["Item"], bus="events")
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("events", event.source(), event.__name__)
    assert entry["Time"] == START
    detail = json.loads(entry["Detail"])
    assert detail["id"] == "evt_1"
    assert event.model_validate(detail["data"]) == told
    (record,) = queue_event(told)["Records"]
    body = json.loads(record["body"])
    assert (body["detail-type"], body["source"], body["detail"]["data"]) == (
        event.__name__,
        event.source(),
        detail["data"],
    )


def test_names_are_told_apart_on_the_bus() -> None:
    assert len({(event.source(), event.__name__) for event in EVENTS}) == len(EVENTS)


def test_whatever_is_listened_to_is_in_the_catalogue() -> None:
    heard = {
        event
        for one in functions()
        if isinstance(one.declaration.trigger, OnEvent)
        for event in one.declaration.trigger.events
    }
    assert heard <= set(EVENTS)


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_every_trigger_has_a_sample_to_start_from(name: str) -> None:
    first, second = sample(name), sample(name)
    assert first == second
    assert first is not second
