"""R-06 for replies: a worker that died before or after any call to storage, or ran beside others, acts exactly once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared import messaging
from shared.kernel.categories import Channel
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, transact
from shared.messaging.inbound import twilio_events
from shared.messaging.items import address_hash
from shared.messaging.message_items import Message, message_pk
from shared.messaging.sending import conversations
from tests import faults
from tests.calls import invoke
from tests.clock import START, FixedClock
from tests.figures import tell
from tests.outbox import sent
from tests.texting import posted, sid, suppressions, written

STORAGE = (*faults.WRITES, "GetItem", "Query", "BatchGetItem")
WORKERS = 8

Effects = dict[str, Any]


def _number(place: int) -> str:
    return f"+1415555{place:04}"


def _enlist(place: int, *names: str) -> None:
    """Put people of one number into the directory, each with a matter that waits for an answer."""
    number = _number(place)
    for name in names:
        recipient = f"ptn_{name}{place}"
        transact(messaging.enlist(messaging.Recipient(recipient, name.title(), phone=number)))
        message = Message(
            pk=message_pk(f"msg_{name}{place}"),
            sk=Message.SK,
            message_id=f"msg_{name}{place}",
            recipient_id=recipient,
            category="partner-ask",
            template="escalation.day-2",
            variables=f'{{"user_name": "{name.title()}"}}',
            about=f"contact:{name}{place}",
            subject_id=f"usr_{name}{place}",
            status="SENT",
            attempt=1,
            version=1,
            requested_at=START,
            valid_until=START + timedelta(days=2),
            expires_at=START + timedelta(days=90),
        )
        transact([Put(message), *conversations.opened(message, address_hash(number), Channel.SMS, now=START)])


def _keep(place: int, text: str, *, at: int = 0) -> str:
    fields = written(text, number=_number(place), at=place * 10 + at)
    assert invoke("messaging.receive_twilio_event", posted(fields))["statusCode"] == 200
    return f"{sid('SM', place * 10 + at)}-received"


def _of(event: str, place: int) -> list[dict[str, Any]]:
    people = {f"ptn_a{place}", f"ptn_b{place}"}
    return [told for told in sent("messaging", event) if told["recipient_id"] in people]


def _answers(place: int) -> list[str]:
    templates = []
    for event in sent("messaging", "MessageQueued"):
        message = reads.get(Message, message_pk(event["message_id"]), Message.SK)
        if message is not None and message.to == _number(place):
            templates.append(message.template)
    return sorted(templates)


def _effects(place: int) -> Effects:
    return {
        "stands": [item.reason for item in suppressions(_number(place)) if item.lifted_at is None],
        "out": [one["reason"] for one in _of("AddressOptedOut", place)],
        "back": len(_of("AddressOptedIn", place)),
        "answered": [one["answer"] for one in _of("ReplyReceived", place)],
        "said": _answers(place),
    }


def _nothing(**effects: Any) -> Effects:
    return {"stands": [], "out": [], "back": 0, "answered": [], "said": []} | effects


def _stopped(place: int, clock: FixedClock) -> None:
    _enlist(place, "a")
    twilio_events.process(_keep(place, "STOP", at=1), now=clock.now())
    clock.advance(seconds=1)


KINDS: dict[str, tuple[Callable[[int, FixedClock], None], str, Effects]] = {
    "stop": (
        lambda place, _: _enlist(place, "a", "b"),
        "STOP",
        _nothing(stands=["STOP"], out=["STOP", "STOP"], said=["service.stopped"]),
    ),
    "start": (
        _stopped,
        "START",
        _nothing(out=["STOP"], back=1, said=["service.started", "service.stopped"]),
    ),
    "wrong number": (
        lambda place, _: _enlist(place, "a"),
        "wrong number",
        _nothing(stands=["WRONG_NUMBER"], out=["WRONG_NUMBER"]),
    ),
    "help": (lambda place, _: _enlist(place, "a"), "help", _nothing(said=["service.help"])),
    "an answer": (lambda place, _: _enlist(place, "a"), "1", _nothing(answered=["ACCEPTED"])),
    "other words": (
        lambda place, _: _enlist(place, "a"),
        "on my way",
        _nothing(answered=["TEXT"], said=["reply.unclear-ask"]),
    ),
    "who is meant": (lambda place, _: _enlist(place, "a", "b"), "2", _nothing(said=["service.which"])),
    "a revocation": (lambda place, _: _enlist(place, "a"), "please stop texting me", _nothing(stands=["REVIEW"])),
}


@pytest.mark.covers("R-06", "X-A-05", "X-A-07", "X-A-13")
@pytest.mark.parametrize("death", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.usefixtures("stage")
def test_a_worker_that_dies_anywhere_leaves_one_effect(kind: str, death: str, clock: FixedClock) -> None:
    prepare, text, expected = KINDS[kind]
    died = 0
    for place in range(20):
        prepare(place, clock)
        event_id = _keep(place, text)
        with faults.injected(faults.script(*[None] * place, death), operations=STORAGE):
            try:
                twilio_events.process(event_id, now=clock.now())
            except faults.Crash:
                died += 1
                crashed = True
            else:
                crashed = False
        clock.advance(seconds=30)
        twilio_events.process(event_id, now=clock.now())
        assert (place, _effects(place)) == (place, expected)
        if not crashed:
            break
    tell({"kind": kind, "death": death, "callSites": died})
    assert died >= 3, "inbox, matters, effect"


@pytest.mark.covers("X-A-05", "X-A-13")
@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.usefixtures("stage")
def test_eight_workers_with_one_reply_leave_one_effect(kind: str, clock: FixedClock) -> None:
    prepare, text, expected = KINDS[kind]
    prepare(0, clock)
    event_id = _keep(0, text)
    with ThreadPoolExecutor(WORKERS) as pool:
        runs = [pool.submit(twilio_events.process, event_id, now=clock.now()) for _ in range(WORKERS)]
    failed = Counter(type(run.exception()).__name__ for run in runs if run.exception())
    twilio_events.process(event_id, now=clock.now())
    tell({"kind": kind, "failed": dict(failed)})
    assert set(failed) <= {"Unavailable"}
    assert _effects(0) == expected
