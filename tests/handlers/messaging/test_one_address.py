"""A mail address in its own letters and in A-labels is one: for bounces, unsubscribing, staff and the mail itself."""

import hashlib
from typing import Any

import pytest

from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.writes import Put, Update, commit
from shared.messaging import Channel
from shared.messaging.inbound import mail_events
from shared.messaging.inbound.mail_events import _Address, _Bounce, _Mail, _Told
from shared.messaging.items import AddressEntry, RecipientItem, Suppression, address_hashes, recipient_pk
from shared.messaging.recipients import suppression, unsubscribe
from shared.messaging.sending import dispatch, send_context
from tests import carriers, messages, outbox
from tests.calls import Call
from tests.carriers import Carrier
from tests.clock import START
from tests.triggers import principal

BEFORE, NOW = "u@bücher.example", "u@xn--bcher-kva.example"
FORMS = [BEFORE, NOW, "U@BÜCHER.example", "u@bu\u0308cher.example", "Max <u@XN--BCHER-KVA.example>"]
ADMIN = principal("usr_admin", "messaging:manage")


@pytest.fixture(autouse=True)
def carrier(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with carriers.carried(Carrier()) as carrier:
        yield carrier


def _hash(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _pat(stored: str) -> None:
    """Enlist somebody; an address in its own letters as it was stored before."""
    messages.enlist(phone=None, email=NOW, channels=(Channel.EMAIL,))
    if stored != NOW:
        pk = recipient_pk(messages.PAT)
        commit(Update(RecipientItem, pk, RecipientItem.SK, [RecipientItem.email.set(stored)]))
        commit(Put(AddressEntry(pk=f"ADDRESS#{_hash(stored)}", sk=pk, recipient_id=messages.PAT)))


def _judged() -> tuple[str, str | None]:
    ask = messages.ask()
    dispatch.advance(ask, now=START)
    found = messages.standing(ask)
    return found.status, found.reason


@pytest.mark.parametrize("stored", [BEFORE, NOW])
def test_a_mail_goes_to_the_one_form(carrier: Carrier, stored: str) -> None:
    _pat(stored)
    assert _judged()[0] == "SENT"
    assert [one.to for one in carrier.taken] == [NOW]


@pytest.mark.covers("X-N-10")
@pytest.mark.parametrize("stored", [BEFORE, NOW])
@pytest.mark.parametrize("told", FORMS)
def test_a_bounce_of_either_form_suppresses_the_person_and_is_told(stored: str, told: str) -> None:
    _pat(stored)
    bounce = _Bounce(bounceType="Permanent", bounceSubType="General", bouncedRecipients=[{"emailAddress": told}])
    about = _Told(eventType="Bounce", mail=_Mail(messageId="m-1"), bounce=bounce)
    assert mail_events._suppress(about, "sns-1", at=START)
    assert _judged() == ("BLOCKED", "SUPPRESSED_BOUNCE")
    assert [one["recipient_id"] for one in outbox.sent("messaging", "AddressOptedOut")] == [messages.PAT]


@pytest.mark.parametrize("stored", [BEFORE, NOW])
@pytest.mark.parametrize("linked", [BEFORE, NOW])
def test_a_link_that_was_sent_before_unsubscribes_still(stored: str, linked: str) -> None:
    _pat(stored)
    token = unsubscribe.token(_hash(linked), "partner-ask")
    assert unsubscribe.end(token, what="EVERYTHING", language="en", now=START).status == 200
    assert _judged() == ("BLOCKED", "SUPPRESSED_UNSUBSCRIBED")


@pytest.mark.parametrize("stored", [BEFORE, NOW])
def test_staff_suppress_either_form(call: Call, stored: str) -> None:
    _pat(stored)
    body = {"email": "U@BÜCHER.example", "note": "Called: no more mails."}
    answer = call("messaging.suppress_address", body=body, caller=ADMIN)
    assert (answer.status, answer.data["recipients"]) == (201, [messages.PAT])
    assert _judged() == ("BLOCKED", "SUPPRESSED_STAFF")


@pytest.mark.parametrize("email", ["Max <m@example.com>", "m@example", "jürgen@example.com", "a" * 65 + "@example.com"])
def test_staff_are_told_what_is_no_address(call: Call, email: str) -> None:
    answer = call("messaging.suppress_address", body={"email": email, "note": "Called."}, caller=ADMIN)
    assert (answer.status, [one["field"] for one in answer.json["error"]["details"]]) == (400, ["email"])


@pytest.mark.parametrize("hashed", [_hash(BEFORE), _hash(NOW)])
def test_a_suppression_before_the_claim_wins_wherever_it_lies(carrier: Carrier, hashed: str) -> None:
    _pat(BEFORE)
    ask = messages.ask()
    known = send_context.read(messages.standing(ask), START)
    decided = dispatch._decide(known)
    assert isinstance(decided, dispatch._Ready)
    fields = {"reason": "COMPLAINT", "scope": "ALL", "source": "sns-1", "suppressed_at": START}
    commit(Put(Suppression(pk=f"ADDRESS#{hashed}", sk=Suppression.SK, **fields)))
    with pytest.raises(VersionConflict):
        dispatch.claim(known, decided.way, decided.words, now=START)
    assert carrier.taken == []


def test_an_address_that_ses_makes_up_is_kept_as_it_was_told() -> None:
    about = _Told(
        eventType="Bounce",
        mail=_Mail(messageId="m-1"),
        bounce=_Bounce(
            bounceType="Permanent", bounceSubType="General", bouncedRecipients=[_Address(emailAddress="MAILER-DAEMON")]
        ),
    )
    assert mail_events._suppress(about, "sns-1", at=START)
    assert [item.reason for item in suppression.standing(*address_hashes("mailer-daemon"))] == ["BOUNCE"]
