"""The outbox shows everything that left, and lets one answer as the person who got it."""

import re
from urllib.parse import urlencode

import pytest

from tests.simulators.conftest import call
from tests.simulators.test_ses import send as send_mail
from tests.simulators.test_twilio_calls import place
from tests.simulators.test_twilio_texts import ANNA, WHATSAPP, client, send, steer

__all__ = ["client", "place", "send", "send_mail"]

EVIL = '<script>alert("x")</script> & https://example.com/p?a=1&b=2'


@pytest.fixture
def outbox(twilio_sim, ses_sim):
    def outbox(address=""):
        twilio_sim.settled()
        ses_sim.settled()
        return call("GET", f"{twilio_sim.url}/outbox.json?{urlencode({'address': address})}").json["messages"]

    return outbox


def page(sim, address=""):
    return call("GET", f"{sim.url}/outbox?{urlencode({'address': address})}")


def test_texts_calls_and_mails_stand_newest_first_with_their_words_and_history(outbox, send, place, send_mail):
    send(body="First")
    place()
    send_mail()
    found = outbox()
    assert [(one["channel"], one["words"], one["status"]) for one in found] == [
        ("email", "Hello", "delivery"),
        ("voice", "Hello Anna", "completed"),
        ("sms", "First", "delivered"),
    ]
    assert [step["status"] for step in found[2]["history"]] == ["accepted", "queued", "sent", "delivered"]
    assert (found[0]["subject"], found[0]["tags"]["message"]) == ("Hi", ["msg_1"])
    assert found[1]["answeredBy"] == "human"


def test_only_one_address_can_be_asked_for(outbox, send, send_mail):
    send()
    send(to="+14155550102")
    send_mail("+14155550101@example.com")
    assert [one["to"] for one in outbox(ANNA)] == [["+14155550101@example.com"], [ANNA]]
    assert [one["to"] for one in outbox("+14155550102")] == [["+14155550102"]]


def test_words_are_escaped_and_only_links_become_links(twilio_sim, outbox, send):
    send(body=EVIL)
    outbox()
    text = page(twilio_sim).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert 'href="https://example.com/p?a=1&amp;b=2"' in text


@pytest.mark.parametrize("address", [ANNA, WHATSAPP])
def test_a_person_answers_from_the_page(twilio_sim, outbox, send, receiver, address):
    twilio_sim.listen(receiver.url)
    send(to=address, **({"content_sid": "HX1"} if address == WHATSAPP else {}))
    form = urlencode({"from": address, "body": "1 & done", "address": address})
    answer = call("POST", f"{twilio_sim.url}/outbox/reply", form)
    assert (answer.status, answer.headers["location"]) == (303, f"/outbox?{urlencode({'address': address})}")
    first = outbox(address)[0]
    assert (first["direction"], first["from"], first["words"]) == ("inbound", address, "1 & done")
    (inbound,) = [one.form for one in receiver.received if "Body" in one.form]
    assert (inbound["From"], inbound["Body"]) == (address, "1 & done")


@pytest.mark.parametrize("form", [{"from": "x", "body": "1"}, {"from": ANNA}, {}])
def test_a_reply_of_nobody_or_without_words_is_refused(twilio_sim, form):
    assert call("POST", f"{twilio_sim.url}/outbox/reply", urlencode(form) or "a=b").status == 400


def test_the_page_is_readable_without_scripts_and_every_field_has_a_label(twilio_sim, outbox, send, place):
    steer(twilio_sim, "reply", **{"from": ANNA, "body": "STOP"})
    send(to="+14155550102")
    place()
    outbox()
    answer = page(twilio_sim)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "Twilio's own answer" in answer.text
    fields = [field for field in re.findall("<input[^>]*>", answer.text) if "hidden" not in field]
    assert len(fields) == answer.text.count("<label") > 1
