"""What stands between Lambda and handlers that are no endpoints (WebSocket routes: ``handlers/platform``)."""

import json
from typing import Any

import pytest

from shared.kernel import declare
from shared.kernel.clock import Clock
from shared.kernel.errors import DomainError
from shared.kernel.shells.batch import DueItem, StreamRecord
from shared.kernel.shells.webhook import MAX_DELIVERY, Delivery
from tests.calls import Invoke
from tests.clock import START
from tests.samples.notes import NoteKept
from tests.triggers import authorizer_event, due_event, queue_event, schedule_event, stream_event, webhook_event


class Forged(DomainError):
    """The signature is wrong."""

    status, code = 401, "FORGED"


@pytest.fixture
def seen() -> list[Any]:
    """Provide what handlers were given."""
    return []


@pytest.fixture
def receiver(seen: list[Any]) -> Any:
    """Provide a provider's receiver that refuses what says so."""

    @declare.webhook("sample")
    def receive(delivery: Delivery, clock: Clock) -> None:
        """Receive."""
        if delivery.body == b"forged":
            raise Forged
        if delivery.body == b"broken":
            raise RuntimeError("ours")
        seen.append((delivery, clock.now()))

    return receive


@pytest.mark.covers("S-W-44")
@pytest.mark.parametrize("body", [b'{"a":1}', b"", "grüß".encode(), b"\x00\xff\xfe"])
def test_a_provider_s_bytes_arrive_as_they_were_sent(
    invoke: Invoke, receiver: Any, seen: list[Any], body: bytes
) -> None:
    assert invoke(receiver, webhook_event(body, {"X-Signature": "s"}, encoded=True)) == {"statusCode": 200, "body": ""}
    ((delivery, now),) = seen
    assert (delivery.body, delivery.headers["x-signature"], now) == (body, "s", START)


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (webhook_event(b"forged"), 401),
        (webhook_event(b"{}", method="GET"), 405),
        (webhook_event(b"{}") | {"isBase64Encoded": True, "body": "%%%"}, 400),
        (webhook_event(b"x" * (MAX_DELIVERY + 1)), 413),
    ],
)
def test_a_bad_delivery_is_refused_with_an_empty_body(
    invoke: Invoke, receiver: Any, seen: list[Any], event: dict[str, Any], status: int
) -> None:
    answer = invoke(receiver, event)
    assert (answer["statusCode"], answer["body"], seen) == (status, "", [])


def test_our_own_failure_makes_the_provider_send_again(invoke: Invoke, receiver: Any) -> None:
    with pytest.raises(RuntimeError):
        invoke(receiver, webhook_event(b"broken"))


@pytest.mark.covers("X-O-01")
def test_of_a_batch_only_the_messages_that_failed_come_again(invoke: Invoke, seen: list[Any]) -> None:
    @declare.on_event(NoteKept)
    def consume(event: NoteKept, clock: Clock) -> None:
        """Consume."""
        if event.note_id == "bad":
            raise RuntimeError("poison")
        seen.append(event.note_id)

    batch = queue_event(*(NoteKept(note_id=name) for name in ("a", "bad", "c")))
    assert invoke(consume, batch) == {"batchItemFailures": [{"itemIdentifier": "msg-1"}]}
    assert seen == ["a", "c"]


@pytest.mark.covers("X-O-02")
def test_an_event_that_nobody_knows_is_kept_for_the_dead_letters(invoke: Invoke) -> None:
    @declare.on_event(NoteKept)
    def consume(event: NoteKept) -> None:
        """Consume."""

    batch = queue_event(NoteKept(note_id="a"))
    body = json.loads(batch["Records"][0]["body"])
    batch["Records"][0]["body"] = json.dumps(body | {"detail-type": "NoteLost"})
    assert invoke(consume, batch) == {"batchItemFailures": [{"itemIdentifier": "msg-0"}]}


def test_a_due_item_arrives_by_its_key(invoke: Invoke, seen: list[Any]) -> None:
    @declare.on_due("sample")
    def work(item: DueItem, clock: Clock) -> None:
        """Work."""
        seen.append((item.pk, item.sk))

    assert invoke(work, due_event(("A#1", "A"), ("A#2", "A"))) == {"batchItemFailures": []}
    assert seen == [("A#1", "A"), ("A#2", "A")]


def test_changes_of_a_table_arrive_with_both_images(invoke: Invoke, seen: list[Any]) -> None:
    @declare.on_stream("live", filters=[{}])
    def watch(record: StreamRecord, clock: Clock) -> None:
        """Watch."""
        seen.append((record.domain, record.old, record.new))

    item = {"pk": {"S": "A"}, "sk": {"S": "A"}}
    changed = item | {"n": {"N": "1"}}
    invoke(watch, stream_event("live", (None, item), (item, changed), (changed, None)))
    assert seen == [("live", None, item), ("live", item, changed), ("live", changed, None)]


def test_a_schedule_runs_with_the_clock(invoke: Invoke, seen: list[Any]) -> None:
    @declare.schedule("rate(1 minute)")
    def sweep(clock: Clock) -> None:
        """Sweep."""
        seen.append(clock.now())

    assert invoke(sweep, schedule_event()) is None
    assert seen == [START]


@pytest.mark.covers("S-P-24")
@pytest.mark.parametrize(
    ("authorization", "token"),
    [("Bearer abc", "abc"), ("bearer abc", "abc"), ("Basic abc", ""), ("abc", ""), ("", ""), (None, "")],
)
def test_the_authorizer_s_handler_gets_the_bearer_token_alone(
    invoke: Invoke, seen: list[Any], authorization: str | None, token: str
) -> None:
    @declare.authorizer()
    def authorize(found: str, clock: Clock) -> dict[str, str]:
        """Authorize."""
        seen.append(found)
        return {"refused": "missing"}

    answer = invoke(authorize, authorizer_event(authorization))
    assert (answer, seen) == ({"isAuthorized": True, "context": {"refused": "missing"}}, [token])
