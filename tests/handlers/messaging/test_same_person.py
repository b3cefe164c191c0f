"""WhatsApp knows people under another number than they are stored by: STOP, YES and staff mean the same person."""

import argparse
import hashlib
from datetime import timedelta
from typing import Any

import pytest

from infra.operations import backfill
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.writes import Put, commit
from shared.messaging import Channel
from shared.messaging.items import AddressEntry, AddressState, RecipientItem, Suppression, address_hashes, recipient_pk
from shared.messaging.message_items import Message, message_pk
from shared.messaging.recipients import suppression
from shared.messaging.sending import conversations, dispatch, send_context
from tests import carriers, environment, messages, outbox
from tests.calls import Call
from tests.carriers import Carrier
from tests.clock import START
from tests.texting import deliver, written
from tests.triggers import principal

TWO_FORMS = [
    ("+5541987654321", "+554187654321"),
    ("+525512345678", "+5215512345678"),
    ("+5491123456789", "+541123456789"),
]
both = pytest.mark.parametrize(
    ("stored", "other"), [*TWO_FORMS, *((other, stored) for stored, other in TWO_FORMS)], ids=lambda number: number
)


@pytest.fixture(autouse=True)
def carrier(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    environment.read_anew()
    with carriers.carried(Carrier()) as carrier:
        yield carrier
    environment.read_anew()


def pat(stored: str) -> str:
    return messages.enlist(phone=stored, email=None, channels=(Channel.WHATSAPP, Channel.VOICE))


def old_hash(number: str) -> str:
    """Return the hash of a number as it was before anybody had two."""
    return hashlib.sha256(number.encode()).hexdigest()


def judged(key: str = "ask-1", **changes: Any) -> tuple[str, str | None]:
    ask = messages.ask(key, **changes)
    dispatch.advance(ask, now=START)
    found = messages.standing(ask)
    return found.status, found.reason


def asked_for(template: str) -> list[Message]:
    ids = [event["message_id"] for event in outbox.sent("messaging", "MessageQueued")]
    found = [reads.get(Message, message_pk(one), Message.SK) for one in ids]
    return [one for one in found if one and one.template == template]


@pytest.mark.covers("X-A-05", "X-A-09")
@both
def test_a_stop_under_either_number_ends_it_and_is_confirmed_under_the_stored_one(stored: str, other: str) -> None:
    pat(stored)
    deliver(written("STOP", number=other, whatsapp=True))
    assert judged() == ("BLOCKED", "SUPPRESSED_STOP")
    assert [one["recipient_id"] for one in outbox.sent("messaging", "AddressOptedOut")] == [messages.PAT]
    assert [one.to for one in asked_for("service.stopped")] == [stored]


@both
def test_a_start_under_either_number_lifts_what_was_said_under_the_other(stored: str, other: str) -> None:
    pat(stored)
    deliver(written("STOP", number=stored))
    deliver(written("START", number=other, whatsapp=True, at=2))
    assert [item.lifted_at is None for item in suppression.standing(*address_hashes(stored))] == [False]
    assert [one["recipient_id"] for one in outbox.sent("messaging", "AddressOptedIn")] == [messages.PAT]


@pytest.mark.covers("X-A-27")
@pytest.mark.parametrize(("stored", "other"), TWO_FORMS)
def test_an_answer_under_either_number_answers_what_was_asked_under_the_stored_one(
    carrier: Carrier, stored: str, other: str
) -> None:
    pat(stored)
    deliver(written("Hello", number=other, whatsapp=True))
    ask = messages.ask()
    dispatch.advance(ask, now=START)
    assert [(one.to, one.channel) for one in carrier.taken] == [(stored, Channel.WHATSAPP)]
    deliver(written("1", number=other, whatsapp=True, at=2))
    assert [event["answer"] for event in outbox.sent("messaging", "ReplyReceived")] == ["ACCEPTED"]


@both
def test_staff_suppress_a_person_by_either_number(call: Call, stored: str, other: str) -> None:
    pat(stored)
    staff = principal("usr_staff", "messaging:manage")
    answer = call("messaging.suppress_address", body={"phone": other, "note": "Called us"}, caller=staff)
    assert answer.status in {200, 201}, answer.text
    assert judged() == ("BLOCKED", "SUPPRESSED_STAFF")


def _suppression(hashed: str, reason: str, **changes: Any) -> Suppression:
    fields = {"reason": reason, "scope": "ALL", "source": "SM1", "suppressed_at": START}
    return Suppression(pk=f"ADDRESS#{hashed}", sk=Suppression.SK, **fields | changes)


@both
def test_what_was_stored_before_holds_under_both(carrier: Carrier, stored: str, other: str) -> None:
    commit(Put(_suppression(old_hash(other), "STOP")))
    commit(Put(_suppression(old_hash(stored), "STOP", lifted_at=START)))
    pat(stored)
    assert judged() == ("BLOCKED", "SUPPRESSED_STOP")
    assert carrier.taken == []


@both
def test_whoever_was_enlisted_before_is_told_and_answers(stored: str, other: str) -> None:
    pat(stored)
    for hashed in address_hashes(stored):
        commit(
            Put(
                AddressEntry(pk=f"ADDRESS#{hashed}", sk=f"RECIPIENT#ptn_{hashed[:4]}", recipient_id=f"ptn_{hashed[:4]}")
            )
        )
    commit(Put(AddressState(pk=f"ADDRESS#{old_hash(other)}", sk=AddressState.SK, heard_at=START)))
    deliver(written("STOP", number=other, whatsapp=True))
    told = {event["recipient_id"] for event in outbox.sent("messaging", "AddressOptedOut")}
    assert told == {messages.PAT, *(f"ptn_{hashed[:4]}" for hashed in address_hashes(stored))}
    assert conversations.standing(*address_hashes(stored), now=START) == ([], None)


@both
def test_a_stop_before_the_claim_wins_wherever_it_was_stored(carrier: Carrier, stored: str, other: str) -> None:
    pat(stored)
    for number, hashed in enumerate(address_hashes(stored)):
        ask = messages.ask(f"late-{number}")
        known = send_context.read(messages.standing(ask), START)
        decided = dispatch._decide(known)
        assert isinstance(decided, dispatch._Ready)
        commit(Put(_suppression(hashed, "STOP")))
        with pytest.raises(VersionConflict):
            dispatch.claim(known, decided.way, decided.words, now=START)
        commit(Put(_suppression(hashed, "STOP", lifted_at=START)))


@both
def test_what_was_stored_before_moves_once_and_what_stands_wins(carrier: Carrier, stored: str, other: str) -> None:
    pat(stored)
    own, moved = address_hashes(stored)
    assert {own, moved} == {old_hash(stored), old_hash(other)}
    later = START + timedelta(hours=1)
    commit(Put(_suppression(moved, "STOP")))
    commit(Put(_suppression(own, "STAFF", lifted_at=START)))
    commit(Put(AddressEntry(pk=f"ADDRESS#{moved}", sk="RECIPIENT#ptn_old", recipient_id="ptn_old")))
    commit(Put(AddressState(pk=f"ADDRESS#{moved}", sk=AddressState.SK, first_text_at=START, heard_at=later)))
    commit(Put(AddressState(pk=f"ADDRESS#{own}", sk=AddressState.SK, first_text_at=later, heard_at=START)))
    entry = reads.get(RecipientItem, recipient_pk(messages.PAT), RecipientItem.SK)
    assert entry is not None
    told = [backfill.run(argparse.Namespace(name="numbers")).splitlines()[0] for _ in range(2)]
    assert told == ["messaging RecipientItem: 1 moved", "messaging RecipientItem: 1 as they should be"]
    assert [(one.pk, one.reason, one.lifted_at) for one in suppression.standing(own, moved)] == [
        (f"ADDRESS#{own}", "STOP", None)
    ]
    assert suppression.recipients(moved) == []
    assert set(suppression.recipients(own)) == {"ptn_old", messages.PAT}
    state = reads.get(AddressState, f"ADDRESS#{own}", AddressState.SK)
    assert state is not None
    assert (state.first_text_at, state.heard_at) == (START, later)
    assert reads.get(RecipientItem, recipient_pk(messages.PAT), RecipientItem.SK).phone == stored  # type: ignore[union-attr]
    assert judged() == ("BLOCKED", "SUPPRESSED_STOP")
