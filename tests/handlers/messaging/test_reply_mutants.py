"""R-04 for replies: ids for dedupe that lack a field, planted one by one, each found by two replies in a row."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.messaging import Channel
from shared.messaging.sending import dispatch
from tests import carriers, messages, mutants, outbox
from tests.carriers import Carrier
from tests.clock import START, FixedClock
from tests.mutants import Mutant
from tests.texting import ANN, deliver, written

REPLIES = "shared.messaging.inbound.replies"


@pytest.fixture(autouse=True)
def carrier(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    messages.register_sender()
    with carriers.carried(Carrier()) as carrier:
        messages.enlist(phone=ANN, email=None, channels=(Channel.SMS,))
        dispatch.advance(messages.ask(), now=START)
        yield carrier


def _said(clock: FixedClock, *texts: str) -> None:
    for number, text in enumerate(texts, 1):
        clock.advance(minutes=1)
        deliver(written(text, at=number))


def _answers(clock: FixedClock) -> bool:
    _said(clock, "1", "2")
    return sorted(event["answer"] for event in outbox.sent("messaging", "ReplyReceived")) == ["ACCEPTED", "DONE"]


def _help(clock: FixedClock) -> bool:
    _said(clock, "HELP", "HELP")
    return len(messages.queued()) == 3


def _stops(clock: FixedClock) -> bool:
    _said(clock, "STOP", "START", "STOP")
    return len(outbox.sent("messaging", "AddressOptedOut")) == 2


MUTANTS = [
    (
        Mutant(
            "the id lacks the reply",
            REPLIES,
            "_reply_event",
            'f"reply-{reply.written.sid}-{item.recipient_id}"',
            'f"reply-{item.about}"',
        ),
        _answers,
    ),
    (
        Mutant(
            "the id lacks what was answered",
            REPLIES,
            "_reply_event",
            'f"reply-{reply.written.sid}-{item.recipient_id}"',
            'f"reply-{reply.number}"',
        ),
        _answers,
    ),
    (
        Mutant(
            "an opt-out's id lacks when and by what",
            "shared.messaging.recipients.suppression",
            "suppress_hash",
            'f"{hashed}-{source}-{to_ms(now)}" if scope == WHOLE',
            'f"{hashed}" if scope == WHOLE',
        ),
        _stops,
    ),
]


@pytest.mark.covers("R-04")
@pytest.mark.parametrize(("mutant", "holds"), MUTANTS, ids=[mutant.bug for mutant, _ in MUTANTS])
def test_an_id_that_lacks_a_field_is_found(
    clock: FixedClock, mutant: Mutant, holds: Callable[[FixedClock], bool]
) -> None:
    with mutants.planted(mutant):
        try:
            held = holds(clock)
        except AssertionError:
            # The queue would bring it again and again.
            held = False
    assert not held


@pytest.mark.covers("R-04")
@pytest.mark.parametrize("holds", [_answers, _help, _stops])
def test_without_a_bug_each_reply_has_its_effect(clock: FixedClock, holds: Callable[[FixedClock], bool]) -> None:
    assert holds(clock)
