"""R-05, R-06: a sender may die at each of its calls, or be overtaken there by anything else; nobody gets it twice."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from shared.messaging import Channel
from shared.messaging.items import address_hash
from shared.messaging.sending import conversations, delivery, dispatch
from tests import carriers, engine, faults, messages
from tests.carriers import Carrier
from tests.clock import START
from tests.figures import tell
from tests.mailroom import CALLS, phone
from tests.outbox import sent
from tests.senders import OVERTAKERS, WORKER, Run, overtaking, rivals, settle, taken_of, warm

KINDS = (faults.CRASH_BEFORE, faults.CRASH_AFTER)


@pytest.fixture(autouse=True)
def _senders(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    engine.environment.read_anew()
    messages.register_sender()


@dataclass(frozen=True)
class Case:
    """A way that a message goes, and when it is worked.

    Attributes:
        script: what the provider does with its attempts.
        times: seconds after the start at which it is worked.
        by: channels by which it is to be taken, in order.
        channels: of the recipient, in order of preference.
        voicemail: a voice message goes with a text.
    """

    script: tuple[str | None, ...]
    times: tuple[int, ...]
    by: tuple[Channel, ...]
    channels: tuple[Channel, ...] = (Channel.SMS,)
    voicemail: bool = False


SMS, EMAIL, WHATSAPP = Channel.SMS, Channel.EMAIL, Channel.WHATSAPP

CASES = {
    "sent": Case((), (0,), (SMS,)),
    "with voice": Case((), (0,), (SMS,), voicemail=True),
    "refused for now": Case((carriers.AGAIN,), (0, 30), (SMS,)),
    "refused, then elsewhere": Case((carriers.FINAL,), (0,), (EMAIL,), (SMS, EMAIL)),
    "opted out": Case((carriers.OPTED_OUT,), (0,), (EMAIL,), (SMS, EMAIL)),
    "silent, taken": Case((carriers.SILENT_AFTER,), (0, 120), (SMS,)),
    "silent, not taken": Case((carriers.SILENT_BEFORE,), (0, 120), (SMS,)),
    "unconfirmed": Case((), (0, 900), (SMS, EMAIL), (SMS, EMAIL)),
    "everything refused": Case((carriers.FINAL, carriers.FINAL), (0,), (), (SMS, EMAIL)),
}


QUICK = {"sent", "silent, taken", "unconfirmed"}
"""Cases that run with every check; the others take a minute."""


def _play(case: Case, message_id: str) -> None:
    for seconds in case.times:
        dispatch.advance(message_id, now=START + timedelta(seconds=seconds))


@pytest.mark.covers("R-06", "X-A-35", "X-A-26")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.soak]) for name in sorted(CASES)]
)
def test_a_sender_may_die_at_every_call(stage: str, name: str) -> None:
    case, number = CASES[name], 0
    with carriers.carried(Carrier()) as carrier:
        plain = Run(0, case.channels, case.voicemail).ask()
        warm()
        carrier.plan = carriers.script(*case.script)
        with faults.injected(lambda _: None, operations=CALLS) as wire:
            _play(case, plain)
        assert taken_of(carrier, plain) == list(case.by)
        for position in range(wire.calls.total()):
            for kind in KINDS:
                number += 1
                crashed = Run(number, case.channels, case.voicemail).ask()
                carrier.plan = carriers.script(*case.script)
                with faults.injected(faults.script(*[None] * position, kind), operations=CALLS) as wire_now:
                    with pytest.raises(faults.Crash):
                        _play(case, crashed)
                    wire_now.revive()
                _confirmed(case, carrier, crashed)
        runs = number
        for position in range(len(case.script) + 1):
            for kind in (carriers.CRASH_BEFORE, carriers.CRASH_AFTER):
                number += 1
                crashed = Run(number, case.channels, case.voicemail).ask()
                carrier.plan = carriers.script(*case.script[:position], kind, *case.script[position + 1 :])
                with suppress(faults.Crash):
                    _play(case, crashed)
                _confirmed(case, carrier, crashed)
        tell({"case": name, "calls": wire.calls.total(), "crashes": number, "storage": runs})


def _confirmed(case: Case, carrier: Carrier, message_id: str) -> None:
    """Let what was taken be confirmed in the end, and hold that nobody got it twice by one channel, or not at all."""
    settle(carrier, message_id, case.times[-1])
    taken = taken_of(carrier, message_id)
    assert len(taken) == len(set(taken)), taken
    for one in [one for one in carrier.taken if one.message_id == message_id]:
        delivery.apply(message_id, one.attempt, "DELIVERED", now=START + timedelta(hours=1))
    assert messages.standing(message_id).status == ("DELIVERED" if taken else "FAILED")
    assert taken or not case.by
    assert messages.standing(message_id).due_at is None
    told = [event["channel"] for event in sent("messaging", "MessageSent") if event["message_id"] == message_id]
    assert set(told) == {str(channel) for channel in taken}


@pytest.mark.covers("R-05", "X-A-15", "X-A-05", "X-A-35", "D-01")
@pytest.mark.parametrize("name", sorted(OVERTAKERS))
def test_a_sender_may_be_overtaken_at_every_call(stage: str, name: str) -> None:
    problems, figures = overtaking(name)
    tell({"overtaken by": name, **figures})
    assert problems == []
    assert min(figures.values()) > 0 or name == WORKER


@pytest.mark.covers("X-A-12")
def test_two_users_who_ask_one_person_at_once_get_through_once(stage: str) -> None:
    assert rivals() == []


def test_a_reply_that_is_quicker_than_our_own_note_finds_its_matter_afterwards(stage: str) -> None:
    with carriers.carried(Carrier()) as carrier:
        ask = Run(1).ask()
        carrier.plan = carriers.script(carriers.CRASH_AFTER)
        with pytest.raises(faults.Crash):
            dispatch.advance(ask, now=START)
        settle(carrier, ask, 0)
        matters, _ = conversations.standing(address_hash(phone(1)), now=START)
        assert [matter.message_id for matter in matters] == [ask]
