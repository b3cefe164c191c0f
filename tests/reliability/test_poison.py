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
from shared.identity.events import EmailVerified
from shared.kernel.declare import Declaration, Function, OnDue, OnEvent, OnStream, Schedule
from shared.kernel.names import queue_name, table_name
from shared.kernel.registry import functions
from shared.kernel.shells import prepare
from shared.kernel.storage import reads
from shared.kernel.storage.client import aws_client, dynamodb
from shared.wallet import books, journal
from shared.wallet.items import ACCOUNT_SK, ENTRY_PREFIX, AccountItem, EntryItem, account_pk
from shared.wallet.rules import CLEARING, HoldSize, Reference
from tests import money
from tests.calls import CONTEXT, function_of
from tests.clock import START, FixedClock
from tests.figures import tell
from tests.triggers import due_event, queue_event, schedule_event

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
        self.shell: Callable[[Any, Any], Any] = prepare(Function(declaration, self._work))

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


def _deliver(source: str, work: "Work | Real") -> int:
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
@pytest.mark.covers_partly("R-25", missing="logs and queues are under their services' keys")
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
    return _last_change(table, 1)


def _last_change(table: str, count: int = 10) -> dict[str, Any]:
    """Return where the last changes of a table lie in its stream, as the dead letter of a batch tells it."""
    streams = aws_client("dynamodbstreams")
    (stream,) = streams.list_streams(TableName=table)["Streams"]
    position = {"StreamArn": stream["StreamArn"]}
    (shard,) = streams.describe_stream(**position)["StreamDescription"]["Shards"]
    position["ShardId"] = shard["ShardId"]
    iterator = streams.get_shard_iterator(**position, ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"][-count:]
    first, last = (records[end]["dynamodb"]["SequenceNumber"] for end in (0, -1))
    told = {"streamArn": stream["StreamArn"], "shardId": shard["ShardId"]}
    return {"DDBStreamBatchInfo": told | {"startSequenceNumber": first, "endSequenceNumber": last}}


@pytest.mark.covers("R-25", "X-O-02")
@pytest.mark.wire
@pytest.mark.parametrize("name", _of(OnStream))
def test_a_change_that_a_reader_gave_up_on_is_read_again_once(
    name: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, (_, dead) = Work(SOURCES[name]), _queues(name, stage)
    _set_aside(dead, _change(name, stage))
    _worked_once_when_mended(name, dead, work, monkeypatch)


class Real:
    """A function as it is deployed, work and all.

    Attributes:
        shell: calls it.
    """

    def __init__(self, name: str) -> None:
        self.shell: Callable[[Any, Any], Any] = prepare(function_of(name))

    def invoke(self, _: Declaration, event: dict[str, Any]) -> None:
        """Stand in for a call of the function by its name: as Lambda does, tell no more than that it failed."""
        try:
            failed = (self.shell(event, CONTEXT) or {}).get("batchItemFailures")
        except Exception as problem:
            raise FailedAgain from problem
        if failed:
            raise FailedAgain


def _spoilt(user_id: str) -> dict[str, Any]:
    """Spoil a user's account, so that nothing can work on it, and return the row as it was."""
    key = AccountItem.key(account_pk(user_id), ACCOUNT_SK)
    before = dynamodb().get_item(TableName=AccountItem.table(), Key=key, ConsistentRead=True).get("Item", key)
    dynamodb().put_item(TableName=AccountItem.table(), Item=key | {"version": {"S": "spoilt"}})
    return before


def _mended(before: dict[str, Any]) -> None:
    if len(before) > 2:
        dynamodb().put_item(TableName=AccountItem.table(), Item=before)
    else:
        dynamodb().delete_item(TableName=AccountItem.table(), Key=before)


def _event_bodies(*users: str) -> list[str]:
    return [one["body"] for one in queue_event(*(EmailVerified(user_id=user) for user in users))["Records"]]


def _hold(user_id: str) -> tuple[str, str]:
    """Open a hold that expires at once, and return its key."""
    journal.deposit(user_id, 1000, reference=Reference("PAYMENT", f"pay-{user_id}"), now=START)
    size, nothing = HoldSize(1000, 1000), lambda *_: ()
    journal.open_hold(user_id, "h", size, purpose="poison", expires_at=START, now=START, beside=nothing)
    return account_pk(user_id), journal.hold_sk("h")


def _opened(user_id: str) -> bool:
    return journal.read_account(user_id).version == 1


def _expired(user_id: str) -> bool:
    account = journal.read_account(user_id)
    entries = (EntryItem.pk == account_pk(user_id)) & EntryItem.sk.startswith(ENTRY_PREFIX)
    lines = [line["type"]["S"] for line in reads.query_all(EntryItem, entries, consistent=True)]
    return (account.available, account.open_holds, lines) == (1000, 0, ["DEPOSIT", "RELEASE"])


@pytest.mark.covers("R-25", "X-O-02")
@pytest.mark.parametrize(
    ("name", "bodies", "worked"),
    [
        ("wallet.open_account", _event_bodies, _opened),
        (
            "wallet.expire_hold",
            lambda *users: [one["body"] for one in due_event(*map(_hold, users))["Records"]],
            _expired,
        ),
    ],
    ids=["event", "due item"],
)
def test_a_real_consumer_works_its_poison_once_when_mended(
    name: str, bodies: Callable[..., list[str]], worked: Callable[[str], bool], stage: str, clock: FixedClock
) -> None:
    work, declared = Real(name), function_of(name).declaration.name
    source, dead = _queues(declared, stage)
    sent = bodies("usr_poison", "usr_fine")
    before = _spoilt("usr_poison")
    for body in sent:
        aws_client("sqs").send_message(QueueUrl=source, MessageBody=body)
    while _deliver(source, work):
        pass
    assert worked("usr_fine")
    assert len(_received(dead)) == 1

    _mended(before)
    short = str(queue_of(SOURCES[declared]))
    for _ in range(2):
        assert replay(short, most=10)[1] == []
        while _deliver(source, work):
            pass
        assert worked("usr_poison")
        assert _received(dead) == []
        # The same once more, as a queue may: nothing is done again.
        aws_client("sqs").send_message(QueueUrl=dead, MessageBody=sent[0])
    assert money.problems(money.books()) == []


@pytest.fixture
def in_place_of_lambda(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Provide what lets the operations command call a function in this process."""

    def place(name: str) -> None:
        monkeypatch.setattr(replay_dead_letters, "_invoke", Real(name).invoke)
        monkeypatch.setattr(replay_dead_letters, "HIDDEN_SECONDS", 0)

    return place


@pytest.mark.covers("R-25", "X-O-02")
def test_a_real_sweep_that_failed_hands_over_once_when_mended(
    stage: str, clock: FixedClock, in_place_of_lambda: Callable[[str], None]
) -> None:
    in_place_of_lambda("wallet.sweep_holds")
    pk, sk = _hold("usr_a")
    _, dead = _queues(function_of("wallet.sweep_holds").declaration.name, stage)
    with pytest.raises(FailedAgain):
        Real("wallet.sweep_holds").invoke(SOURCES["wallet-sweep-holds"], schedule_event())
    _set_aside(dead, schedule_event())
    assert replay("wallet-sweep-holds", most=1)[0] == 0, "its queue is not there"

    source, _ = _queues(function_of("wallet.expire_hold").declaration.name, stage)
    assert replay("wallet-sweep-holds", most=10) == (1, [])
    assert replay("wallet-sweep-holds", most=10) == (0, [])
    (handed,) = [json.loads(one["Body"]) for one in _received(source)]
    assert (handed["pk"], handed["sk"]) == (pk, sk)
    while _deliver(source, Real("wallet.expire_hold")):
        pass
    assert _expired("usr_a")


@pytest.mark.covers("R-25", "X-O-02")
@pytest.mark.wire
def test_a_real_reader_of_a_stream_counts_once_what_it_gave_up_on(
    stage: str, clock: FixedClock, in_place_of_lambda: Callable[[str], None]
) -> None:
    name = function_of("wallet.project_platform_accounts").declaration.name
    in_place_of_lambda("wallet.project_platform_accounts")
    _, dead = _queues(name, stage)
    journal.deposit("usr_a", 1000, reference=Reference("PAYMENT", "pay"), now=START)
    _set_aside(dead, _last_change(table_name(stage, "wallet")))
    watermark = AccountItem.key(account_pk("usr_a"), "BOOKED")
    dynamodb().put_item(TableName=AccountItem.table(), Item=watermark | {"sequence": {"S": "spoilt"}})
    assert replay(name, most=1)[0] == 0
    assert books.account_balance(CLEARING) == 0

    dynamodb().delete_item(TableName=AccountItem.table(), Key=watermark)
    assert replay(name, most=10) == (1, [])
    assert books.account_balance(CLEARING) == -1000
    _set_aside(dead, _last_change(table_name(stage, "wallet")))
    assert replay(name, most=10) == (1, [])
    assert books.account_balance(CLEARING) == -1000


def test_every_source_is_played() -> None:
    tell({kind.__name__: len(_of(kind)) for kind in (OnEvent, OnDue, Schedule, OnStream)})
    assert sorted(SOURCES) == sorted([*_of(OnEvent, OnDue), *_of(Schedule), *_of(OnStream)])
