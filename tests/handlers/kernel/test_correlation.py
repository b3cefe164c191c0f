"""Every line of a log and every event names the request that led to it (X-P-02); no line holds what is private."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.kernel import declare, telemetry
from shared.kernel.errors import DomainError
from shared.kernel.events import bus_entry, outbox
from shared.kernel.shells.batch import DueItem, StreamRecord
from shared.kernel.shells.socket import SocketMessage
from shared.kernel.shells.webhook import Delivery
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import commit
from tests.calls import CONTEXT, Call, Invoke
from tests.clock import START
from tests.logs import Lines, heard
from tests.samples.notes import NoteKept
from tests.triggers import (
    authorizer_event,
    due_event,
    queue_event,
    sample,
    schedule_event,
    socket_event,
    stream_event,
    webhook_event,
)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Provide what was logged since it was asked for before."""
    with heard() as found:
        yield found


def say() -> None:
    telemetry.logger().info("said")


@declare.get("/v1/said", allow=declare.PUBLIC)
def answer() -> dict[str, str]:
    """Say something, and tell of it."""
    say()
    commit(outbox(NoteKept(note_id="not_1"), at=START, event_id="evt_1"))
    return {}


@declare.on_event(NoteKept)
def hear(event: NoteKept) -> None:
    """Say something, and tell of it again."""
    say()
    commit(outbox(event, at=START, event_id="evt_2"))
    if event.note_id == "not_broken":
        raise RuntimeError("broken")


@declare.webhook("sample")
def receive(delivery: Delivery) -> None:
    """Say something, and tell of it."""
    say()
    commit(outbox(NoteKept(note_id="not_1"), at=START, event_id="evt_1"))
    if delivery.body == b"forged":
        raise DomainError


def kept(event_id: str) -> dict[str, Any]:
    """Return the detail of an event as it leaves for the bus."""
    key = {"pk": {"S": f"OUTBOX#{event_id}"}, "sk": {"S": "OUTBOX"}}
    item = dynamodb().get_item(TableName="test-wellspring-platform", Key=key, ConsistentRead=True)["Item"]
    detail: dict[str, Any] = json.loads(bus_entry(item, bus="bus")["Detail"])
    return detail


def on_queue(detail: dict[str, Any]) -> dict[str, Any]:
    """Return an event as its consumer's queue delivers it."""
    batch = queue_event(NoteKept(note_id="not_1"))
    (record,) = batch["Records"]
    record["body"] = json.dumps(json.loads(record["body"]) | {"detail": detail})
    return batch


@pytest.mark.covers("X-P-02")
def test_a_request_its_lines_its_event_and_what_follows_have_one_id(call: Call, invoke: Invoke, lines: Lines) -> None:
    answered = call(answer, request_id="req-1")
    assert answered.headers["X-Request-Id"] == "req-1"
    assert {line["request_id"] for line in lines()} == {"req-1"}
    assert kept("evt_1")["requestId"] == "req-1"
    assert invoke(hear, on_queue(kept("evt_1"))) == {"batchItemFailures": []}
    assert [(line["message"], line["request_id"]) for line in lines()] == [("said", "req-1")]
    assert kept("evt_2")["requestId"] == "req-1"


@pytest.mark.covers("X-P-02")
@pytest.mark.parametrize("body", [b"true", b"forged"])
def test_a_webhook_and_what_it_leads_to_have_the_id_of_the_delivery(invoke: Invoke, lines: Lines, body: bytes) -> None:
    event = webhook_event(body)
    invoke(receive, event)
    found = lines()
    assert len(found) == (1 if body == b"true" else 2)
    assert {line["request_id"] for line in found} == {event["requestContext"]["requestId"]}
    invoke(hear, on_queue(kept("evt_1")))
    assert [line["request_id"] for line in lines()] == [event["requestContext"]["requestId"]]


@pytest.mark.covers("X-P-02")
def test_each_message_of_a_batch_has_its_own_id_and_a_failure_tells_whose_it_is(invoke: Invoke, lines: Lines) -> None:
    batch = queue_event(NoteKept(note_id="not_1"), NoteKept(note_id="not_broken"), NoteKept(note_id="not_2"))
    for number, record in enumerate(batch["Records"][:2]):
        body = json.loads(record["body"])
        body["detail"]["requestId"] = f"req-{number}"
        record["body"] = json.dumps(body)
    assert len(invoke(hear, batch)["batchItemFailures"]) == 1
    assert [(line["message"], line["request_id"]) for line in lines()] == [
        ("said", "req-0"),
        ("said", "req-1"),
        ("message_failed", "req-1"),
        # An event of a version that named no request goes by its message.
        ("said", "msg-2"),
    ]


@pytest.mark.covers("X-P-02")
def test_what_no_request_leads_to_goes_by_its_own_call(invoke: Invoke, lines: Lines) -> None:
    @declare.schedule("rate(1 minute)")
    def run() -> None:
        """Say something."""
        say()

    @declare.on_due("said", touches=[])
    def work(item: DueItem) -> None:
        """Say something."""
        say()

    @declare.on_stream("platform", filters=[{}])
    def follow(record: StreamRecord) -> None:
        """Say something."""
        say()

    @declare.authorizer()
    def authorize(token: str) -> dict[str, Any]:
        """Say something."""
        say()
        return {}

    @declare.socket("said")
    def listen(message: SocketMessage) -> None:
        """Say something."""
        say()

    invoke(run, schedule_event())
    invoke(work, due_event(("pk", "sk")))
    invoke(follow, stream_event("platform", (None, {"pk": {"S": "a"}, "sk": {"S": "b"}})))
    invoke(authorize, authorizer_event("Bearer x"))
    invoke(listen, socket_event("said"))
    assert [line["request_id"] for line in lines()] == [
        CONTEXT.aws_request_id,
        "msg-0",
        CONTEXT.aws_request_id,
        sample("authorizer")["requestContext"]["requestId"],
        sample("socket-message")["requestContext"]["requestId"],
    ]


@pytest.mark.covers("X-O-06")
@pytest.mark.parametrize(
    ("private", "told"),
    [
        ("no user ada.lovelace+x@mail.example.org here", "no user [mail address] here"),
        ("no user ada@bücher.example", "no user [mail address]"),
        ('{"to": "ada@example.org"}', '{"to": "[mail address]"}'),
        ("call +12125550100 failed", "call [number] failed"),
        ("Bearer eyJhbGciOiJI.eyJzdWIiOiJ1.c2ln-bmF_0dXJl expired", "Bearer [token] expired"),
        ("key sk_live_4eC39HqLyjWD", "key [key]"),
        ("evt_01jq4w8z7xkq3v9n2m5t6r8c1d at 2026-03-01T09:30:00+00:00", None),
    ],
)
def test_what_the_words_of_an_error_hold_of_people_is_blotted_out(lines: Lines, private: str, told: str | None) -> None:
    telemetry.logger().error("failed", about=private, exc_info=ValueError(private))
    (line,) = lines()
    expected = private if told is None else told
    assert line["about"] == expected
    assert line["exception"].endswith(f"ValueError: {expected}")
    if told is not None:
        assert private not in json.dumps(line, ensure_ascii=False)


@pytest.mark.covers("X-O-06")
def test_an_event_that_cannot_be_read_is_not_written_out(invoke: Invoke, lines: Lines) -> None:
    assert len(invoke(hear, on_queue({"id": "evt_1", "data": {"text": "a secret of Ada's"}}))["batchItemFailures"]) == 1
    found = lines()
    assert [line["message"] for line in found] == ["message_failed"]
    assert "secret" not in json.dumps(found)
