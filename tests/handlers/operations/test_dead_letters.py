"""What was set aside is worked again: from a queue, from a stream, from a schedule."""

import argparse
import json
from typing import ClassVar

import pytest
from botocore.exceptions import ClientError

from infra.operations import replay_dead_letters, stream_records
from infra.operations.replay_dead_letters import FailedAgain, replay
from infra.operations.stream_records import matches
from shared.kernel.events import DomainEvent, outbox
from shared.kernel.names import queue_name, table_name
from shared.kernel.registry import load
from shared.kernel.relay import OUTBOX_INSERTED
from shared.kernel.storage.client import aws_client, dynamodb
from shared.kernel.storage.writes import commit
from tests.clock import START
from tests.handlers.conftest import STAGE

RELAY = load("functions.platform.relay_events")


class ThingHappened(DomainEvent):
    """Something happened."""

    domain: ClassVar[str] = "wallet"
    number: int


def _queue(name):
    return aws_client("sqs").create_queue(QueueName=queue_name(STAGE, name))["QueueUrl"]


def _bodies(url):
    received = aws_client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [message["Body"] for message in received.get("Messages", [])]


def _position(first, last):
    (stream,) = aws_client("dynamodbstreams").list_streams(TableName=table_name(STAGE, "wallet"))["Streams"]
    described = aws_client("dynamodbstreams").describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
    return {
        "streamArn": stream["StreamArn"],
        "shardId": described["Shards"][0]["ShardId"],
        "startSequenceNumber": first,
        "endSequenceNumber": last,
    }


def _sequence_numbers():
    start = _position("", "")
    streams = aws_client("dynamodbstreams")
    iterator = streams.get_shard_iterator(
        StreamArn=start["streamArn"], ShardId=start["shardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    return [one["dynamodb"]["SequenceNumber"] for one in streams.get_records(ShardIterator=iterator)["Records"]]


def _happened(*numbers):
    for number in numbers:
        commit(outbox(ThingHappened(number=number), at=START, event_id=f"evt_{number}"))


@pytest.mark.covers("X-O-02")
def test_messages_of_a_consumer_go_back_to_its_queue(aws):
    source, dead = _queue("wallet-open-account"), _queue("wallet-open-account-dead")
    for number in range(12):
        aws_client("sqs").send_message(QueueUrl=dead, MessageBody=f"message {number}")
    assert replay("wallet-open-account", most=11) == (11, [])
    assert len(_bodies(dead)) == 1
    assert replay("wallet-open-account", most=100) == (1, [])
    assert _bodies(dead) == []
    assert (
        int(
            aws_client("sqs").get_queue_attributes(QueueUrl=source, AttributeNames=["All"])["Attributes"][
                "ApproximateNumberOfMessages"
            ]
        )
        == 12
    )


@pytest.mark.covers("X-O-02")
def test_records_of_a_stream_are_read_again_and_handed_to_the_function(aws, monkeypatch):
    dead = _queue("platform-relay-events-dead")
    _happened(1, 2)
    dynamodb().put_item(TableName=table_name(STAGE, "wallet"), Item={"pk": {"S": "ACCOUNT#x"}, "sk": {"S": "ACCOUNT"}})
    _happened(3, 4)
    numbers = _sequence_numbers()
    body = {"DDBStreamBatchInfo": _position(numbers[1], numbers[3])}
    aws_client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps(body))
    handed = []
    monkeypatch.setattr(replay_dead_letters, "_invoke", lambda declaration, event: handed.append((declaration, event)))

    assert replay("platform-relay-events", most=10) == (1, [])
    ((declaration, event),) = handed
    assert declaration is RELAY.declaration
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]] == ["OUTBOX#evt_2", "OUTBOX#evt_3"]
    assert json.loads(json.dumps(event)) == event


def test_what_fails_again_stays(aws, monkeypatch):
    dead = _queue("wallet-check-invariants-dead")
    aws_client("sqs").send_message(QueueUrl=dead, MessageBody="{}")

    def fail(_declaration, _event):
        raise FailedAgain("again")

    monkeypatch.setattr(replay_dead_letters, "_invoke", fail)
    (reason,) = replay("wallet-check-invariants", most=10)[1]
    assert reason.endswith(": again")
    monkeypatch.undo()
    assert aws_client("sqs").get_queue_attributes(
        QueueUrl=dead, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
    )["Attributes"] == {"ApproximateNumberOfMessagesNotVisible": "1"}


def test_records_that_the_stream_no_longer_holds_are_told(aws, monkeypatch):
    dead = _queue("platform-relay-events-dead")
    _happened(1)
    body = {"DDBStreamBatchInfo": _position(*_sequence_numbers() * 2)}
    aws_client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps(body))

    class Trimmed:
        @staticmethod
        def get_shard_iterator(**_):
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")

    monkeypatch.setattr(stream_records, "aws_client", lambda _service: Trimmed)
    (reason,) = replay("platform-relay-events", most=10)[1]
    assert reason.endswith("is no longer in the stream")


def test_the_command_takes_the_name_of_the_alarm(aws):
    _queue("wallet-open-account-dead")
    told = argparse.Namespace(queue="test-wellspring-wallet-open-account-dead", most=1)
    assert replay_dead_letters.run(told) == "0 messages worked again, 0 stay in wallet-open-account-dead"


def test_an_unknown_queue_is_told_the_known_ones(aws):
    with pytest.raises(LookupError, match=r"no queue nothing; there are: .*wallet-open-account"):
        replay("nothing", most=1)


@pytest.mark.parametrize(
    ("record", "fits"),
    [
        ({"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "OUTBOX#1"}}}}, True),
        ({"eventName": "REMOVE", "dynamodb": {"Keys": {"pk": {"S": "OUTBOX#1"}}}}, False),
        ({"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "ACCOUNT#1"}}}}, False),
        ({"eventName": "INSERT", "dynamodb": {}}, False),
    ],
)
def test_filters_hold_as_they_do_on_the_stream(record, fits):
    assert matches(OUTBOX_INSERTED, record) is fits


def test_a_filter_may_ask_whether_something_is_there():
    assert matches({"a": [{"exists": False}]}, {})
    assert not matches({"a": [{"exists": True}]}, {})
    with pytest.raises(ValueError):
        matches({"a": [{"numeric": [">", 1]}]}, {"a": 2})
