"""R-25: what fails for good is set aside without stopping its neighbours, and once mended has its effect once.

Made from the declarations: every consumer of events, worker of due items, schedule and reader of a stream is played
with what it really gets, through its real shell and real queues; only the work behind the shell fails and is mended.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from infra.documents.events import described
from infra.operations import replay_dead_letters
from infra.operations.replay_dead_letters import FailedAgain, queue_of, replay
from infra.queues import RECEIVES
from shared.kernel.declare import Declaration, Function, OnDue, OnEvent, OnStream, Schedule
from shared.kernel.names import queue_name, table_name
from shared.kernel.registry import functions
from shared.kernel.shells import shell_for
from shared.kernel.storage.client import aws_client, dynamodb
from tests.calls import CONTEXT
from tests.figures import tell
from tests.triggers import due_event, schedule_event

SOURCES = {one.name: one for one in (function.declaration for function in functions()) if queue_of(one)}


def _of(*kinds: type) -> list[str]:
    return sorted(name for name, one in SOURCES.items() if isinstance(one.trigger, kinds))


class Work:
    """What stands behind a function's shell: it fails while it is broken, and notes what it did.

    Attributes:
        broken: how many of the things it is given next fail.
        done: what it did.
    """

    def __init__(self, declaration: Declaration) -> None:
        self.broken = 0
        self.done: list[Any] = []
        self.shell: Callable[[Any, Any], Any] = shell_for(Function(declaration, self._work))

    def _work(self, *given: Any) -> None:
        if self.broken:
            self.broken -= 1
            raise RuntimeError("poison")
        self.done.append(given)

    def invoke(self, _: Declaration, event: dict[str, Any]) -> None:
        """Stand in for a call of the function by its name."""
        try:
            self.shell(event, CONTEXT)
        except RuntimeError as problem:
            raise FailedAgain from problem


def _queues(name: str, stage: str) -> tuple[str, str]:
    """Make a function's queue and its dead-letter queue as the stack does; return their addresses."""
    sqs, short = aws_client("sqs"), str(queue_of(SOURCES[name]))
    dead = sqs.create_queue(QueueName=queue_name(stage, f"{short}-dead"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES})
    attributes = {"RedrivePolicy": policy, "VisibilityTimeout": "0"}
    return sqs.create_queue(QueueName=queue_name(stage, short), Attributes=attributes)["QueueUrl"], dead


def _received(url: str) -> list[dict[str, Any]]:
    found = aws_client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return list(found.get("Messages", []))


def _bodies(name: str) -> list[str]:
    """Return two things that a function gets."""
    trigger = SOURCES[name].trigger
    if isinstance(trigger, OnDue):
        return [one["body"] for one in due_event(("A#1", "A"), ("A#2", "A"))["Records"]]
    return [json.dumps(described(trigger.events[0])["sample"])] * 2


def _deliver(source: str, work: Work) -> int:
    """Deliver what waits in a queue, as Lambda does; return how much waited."""
    messages = _received(source)
    records = [{"messageId": one["MessageId"], "body": one["Body"], "eventSource": "aws:sqs"} for one in messages]
    if records:
        failed = {one["itemIdentifier"] for one in work.shell({"Records": records}, CONTEXT)["batchItemFailures"]}
        for one in messages:
            if one["MessageId"] not in failed:
                aws_client("sqs").delete_message(QueueUrl=source, ReceiptHandle=one["ReceiptHandle"])
    return len(records)


@pytest.mark.covers("X-O-02", "X-O-01")
@pytest.mark.covers_partly(
    "R-25",
    missing="logs and queues are under their services' keys, and a redrive is proved with stand-ins for handlers",
)
@pytest.mark.parametrize("name", _of(OnEvent, OnDue))
def test_poison_of_a_queue_is_set_aside_and_worked_once_when_mended(name: str, stage: str) -> None:
    work, (source, dead) = Work(SOURCES[name]), _queues(name, stage)
    for body in _bodies(name):
        aws_client("sqs").send_message(QueueUrl=source, MessageBody=body)
    for _ in range(RECEIVES):
        work.broken = 1
        _deliver(source, work)
    assert len(work.done) == 1, "the neighbour of the poison was not worked"
    assert _deliver(source, work) == 0
    assert len(_received(dead)) == 1

    work.broken = 0
    assert replay(str(queue_of(SOURCES[name])), most=10) == (1, [])
    assert _deliver(source, work) == 1
    assert _deliver(source, work) == 0
    assert (len(work.done), _received(dead)) == (2, [])


def _set_aside(dead: str, body: dict[str, Any]) -> None:
    aws_client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps(body))


def _worked_once_when_mended(name: str, dead: str, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_dead_letters, "_invoke", work.invoke)
    monkeypatch.setattr(replay_dead_letters, "HIDDEN_SECONDS", 0)
    work.broken = 1
    done, failed = replay(name, most=1)
    assert (done, len(failed), len(_received(dead))) == (0, 1, 1), "what fails again must stay"
    assert replay(name, most=10) == (1, [])
    assert replay(name, most=10) == (0, [])
    assert len(work.done) == 1


@pytest.mark.covers("R-25", "X-O-02")
@pytest.mark.parametrize("name", _of(Schedule))
def test_a_run_of_a_schedule_that_failed_is_made_up_once(
    name: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, (_, dead) = Work(SOURCES[name]), _queues(name, stage)
    _set_aside(dead, schedule_event())
    _worked_once_when_mended(name, dead, work, monkeypatch)


def _filtered(pattern: Any) -> str:
    """Return a text that a filter of a stream lets through."""
    first = pattern[0]
    return first if isinstance(first, str) else first["prefix"] + "poison"


def _row(name: str) -> dict[str, Any]:
    """Return an item whose change a reader of a stream asks for."""
    wanted = SOURCES[name].trigger.filters[0]["dynamodb"]
    named = wanted.get("Keys", {}) | wanted.get("NewImage", {})
    return {"pk": {"S": "POISON"}, "sk": {"S": "POISON"}} | {
        field: {kind: _filtered(pattern) for kind, pattern in value.items()} for field, value in named.items()
    }


def _change(name: str, stage: str) -> dict[str, Any]:
    """Change an item as a reader asks for, and return where the change lies in the stream."""
    trigger = SOURCES[name].trigger
    table = table_name(stage, trigger.domains[0] if trigger.domains else "wallet")
    for number in range(2 if trigger.filters[0]["eventName"] == ["MODIFY"] else 1):
        dynamodb().put_item(TableName=table, Item=_row(name) | {"number": {"N": str(number)}})
    streams = aws_client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName=table)["Streams"]
    position = {"StreamArn": stream["StreamArn"]}
    (shard,) = streams.describe_stream(**position)["StreamDescription"]["Shards"]
    position["ShardId"] = shard["ShardId"]
    iterator = streams.get_shard_iterator(**position, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    last = streams.get_records(ShardIterator=iterator)["Records"][-1]["dynamodb"]["SequenceNumber"]
    told = {"streamArn": stream["StreamArn"], "shardId": shard["ShardId"]}
    return {"DDBStreamBatchInfo": told | {"startSequenceNumber": last, "endSequenceNumber": last}}


@pytest.mark.covers("R-25", "X-O-02")
@pytest.mark.parametrize("name", _of(OnStream))
def test_a_change_that_a_reader_gave_up_on_is_read_again_once(
    name: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, (_, dead) = Work(SOURCES[name]), _queues(name, stage)
    _set_aside(dead, _change(name, stage))
    _worked_once_when_mended(name, dead, work, monkeypatch)


def test_every_source_is_played() -> None:
    tell({kind.__name__: len(_of(kind)) for kind in (OnEvent, OnDue, Schedule, OnStream)})
    assert sorted(SOURCES) == sorted([*_of(OnEvent, OnDue), *_of(Schedule), *_of(OnStream)])
