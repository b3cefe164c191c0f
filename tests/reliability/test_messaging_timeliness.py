"""S-A-64, D-25: what waited for the morning leaves within a minute of it, however the sweeps fall and whoever sends."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.kernel import due
from shared.kernel.due import due_shard
from shared.kernel.names import due_queue, queue_name
from shared.kernel.storage.client import aws_client, dynamodb
from shared.messaging import Channel
from shared.messaging.message_items import DUE_KIND, MESSAGE_PREFIX, Message, message_pk
from shared.messaging.sending import dispatch
from tests import carriers, engine, messages, queues
from tests.carriers import Carrier
from tests.figures import tell

NIGHT, OPENS = datetime(2026, 3, 1, 2, tzinfo=UTC), datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FEW, MANY, STORED = 40, 5_000, 20_000


@dataclass
class Counted:
    """The metrics of this process."""

    values: list[tuple[str, float]] = field(default_factory=list)

    def add_metric(self, name: str, unit: object, value: float) -> None:
        self.values.append((name, value))

    def of(self, name: str) -> list[float]:
        return [value for known, value in self.values if known == name]


@pytest.fixture
def counted(stage: str, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Provide the metrics that sending counts, on a stage with a registered sender."""
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    engine.environment.read_anew()
    messages.register_sender()
    found = Counted()
    monkeypatch.setattr(dispatch, "metrics", lambda: found)
    return found


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with carriers.carried(Carrier()) as stands_in:
        yield stands_in


def _deferred(count: int) -> list[str]:
    """Ask people in London at night, each by mail, and return the messages, which wait for the morning."""
    asked = []
    for number in range(count):
        person = messages.enlist(
            f"ptn_{number}", phone=None, email=f"pat{number}@example.com", channels=(Channel.EMAIL,)
        )
        asked.append(
            messages.ask(f"m{number}", to=person, subject_id=f"usr_{number}", topics=(f"run:{number}",), at=NIGHT)
        )
        dispatch.advance(asked[-1], now=NIGHT)
    assert {(messages.standing(one).status, messages.standing(one).due_at) for one in asked} == {("DEFERRED", OPENS)}
    return asked


def _first_deliveries(sweeps: list[datetime]) -> dict[str, datetime]:
    """Sweep at these times and return when the queue lets each message out for the first time."""
    first: dict[str, datetime] = {}
    for now in sweeps:
        with queues.watched() as watched:
            due.sweep(Message, DUE_KIND, now=now)
            for one in watched.taken():
                message_id = str(one.body["pk"]).removeprefix(MESSAGE_PREFIX)
                at = now + timedelta(seconds=one.seconds)
                first[message_id] = min(at, first.get(message_id, at))
    return first


@pytest.mark.covers_partly(
    "S-A-64",
    missing="deliveries, times of AI replies, beaten personal bests and engagement are not measured",
)
@pytest.mark.covers("D-25")
@pytest.mark.parametrize("phase", [0, 1, 14, 15, 16, 37, 59])
def test_what_waited_for_the_morning_leaves_when_it_begins(counted: Counted, carrier: Carrier, phase: int) -> None:
    """Whatever second of the minute the schedule fires at, the queue is given the exact delay before the time comes."""
    asked = _deferred(FEW // 8)
    sweeps = [OPENS - timedelta(minutes=3, seconds=phase) + number * MINUTE for number in range(5)]
    first = _first_deliveries([one for one in sweeps if one <= OPENS])
    assert first == dict.fromkeys(asked, OPENS)
    for one, at in first.items():
        dispatch.advance(one, now=at - timedelta(milliseconds=1))
        assert carrier.taken == [] or carrier.taken[-1].message_id != one
        dispatch.advance(one, now=at)
    assert [one.message_id for one in carrier.taken] == list(first)
    assert (counted.of(dispatch.LATENESS), sum(counted.of(dispatch.LATE))) == ([0.0] * len(asked), 0)


@pytest.mark.covers("S-A-64")
@pytest.mark.parametrize(("late", "alarms"), [(0, 0), (60, 0), (61, 1), (600, 1)])
def test_who_sends_late_says_so(counted: Counted, carrier: Carrier, late: int, alarms: int) -> None:
    """After sweeps that did not come the next hands over at once what has been due; more than a minute is told."""
    (ask,) = _deferred(1)
    now = OPENS + timedelta(seconds=late)
    first = _first_deliveries([now])
    assert first == {ask: now}
    dispatch.advance(ask, now=now)
    assert len(carrier.taken) == 1
    assert (counted.of(dispatch.LATENESS), counted.of(dispatch.LATE)) == ([late], [alarms])


@pytest.mark.covers("S-A-64")
def test_a_message_is_as_late_as_the_attempt_that_the_provider_took(counted: Counted, carrier: Carrier) -> None:
    (ask,) = _deferred(1)
    carrier.plan = carriers.script(carriers.AGAIN, carriers.AGAIN)
    for seconds in (0, 30, 150):
        assert counted.values == []
        dispatch.advance(ask, now=OPENS + timedelta(seconds=seconds))
    assert len(carrier.taken) == 1
    assert counted.values == [(dispatch.LATENESS, 150.0), (dispatch.LATE, 1)]


@pytest.mark.covers("S-A-64")
def test_what_was_taken_without_an_answer_left_when_it_was_taken(counted: Counted, carrier: Carrier) -> None:
    messages.enlist(phone=messages.LONDON)
    ask = messages.ask(at=OPENS)
    carrier.plan = carriers.script(carriers.SILENT_AFTER)
    for seconds in (5, 125):
        assert counted.values == []
        dispatch.advance(ask, now=OPENS + timedelta(seconds=seconds))
    assert len(carrier.taken) == 1
    assert counted.values == [(dispatch.LATENESS, 5.0), (dispatch.LATE, 0)]


@pytest.mark.covers("S-A-64")
def test_a_text_that_nobody_confirms_is_timed_once(counted: Counted, carrier: Carrier) -> None:
    messages.enlist(phone=messages.LONDON)
    ask = messages.ask(at=OPENS)
    for minutes in (0, 15, 30):
        dispatch.advance(ask, now=OPENS + minutes * MINUTE)
    assert len(carrier.taken) == 2
    assert counted.values == [(dispatch.LATENESS, 0.0), (dispatch.LATE, 0)]


def _store(pattern: Message, count: int, stored: int) -> None:
    """Store many messages like one: so many wait for the same instant, the others for later days."""
    row, batch = pattern.dump(), list[dict[str, Any]]()
    for number in range(stored):
        pk = message_pk(f"msg_{number:026}")
        later = {} if number < count else {"due_at": {"N": str(int(OPENS.timestamp() * 1000) + 86_400_000 + number)}}
        keys = {"pk": {"S": pk}, "message_id": {"S": f"msg_{number:026}"}, "due_shard": {"S": due_shard(DUE_KIND, pk)}}
        batch.append({"PutRequest": {"Item": row | keys | later}})
        if len(batch) == 25:
            assert not dynamodb().batch_write_item(RequestItems={Message.table(): batch})["UnprocessedItems"]
            batch = []


@pytest.mark.covers("S-A-64", "D-25")
@pytest.mark.parametrize(("count", "stored"), [(FEW, 2 * FEW + 20), pytest.param(MANY, STORED, marks=pytest.mark.soak)])
def test_all_that_wait_for_one_instant_are_handed_over_before_it(
    stage: str, counted: Counted, carrier: Carrier, count: int, stored: int
) -> None:
    """The worst minute: everybody's window opens at once. What is stored for other days costs nothing."""
    (pattern,) = _deferred(1)
    _store(messages.standing(pattern), count, stored)
    waiting = {pattern} | {f"msg_{number:026}" for number in range(count)}
    first = _first_deliveries([OPENS - 2 * MINUTE, OPENS - MINUTE, OPENS])
    assert first == dict.fromkeys(waiting, OPENS)

    url = aws_client("sqs").create_queue(QueueName=queue_name(stage, due_queue(DUE_KIND)))["QueueUrl"]
    began = time.monotonic()
    handed = due.sweep(Message, DUE_KIND, now=OPENS - MINUTE)
    took = time.monotonic() - began
    told = aws_client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    queued = sum(int(told[name]) for name in told if name.startswith("ApproximateNumberOfMessages"))
    tell({"waiting": count, "stored": stored, "seconds": round(took, 1)})
    assert handed == queued == len(waiting)
    assert took < MINUTE.total_seconds()
