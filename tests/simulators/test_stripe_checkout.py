"""The checkout page, and the signed events that paying causes."""

import re
import time
from urllib.parse import urlencode

import pytest
import stripe

from tests.simulators.conftest import call
from tests.simulators.test_stripe_api import PARAMS, make_client, paid_session, pay

PAID = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]


@pytest.fixture
def client(stripe_sim, receiver):
    stripe_sim.listen(receiver.url)
    return make_client(stripe_sim)


def construct(received, secret="whsec_local"):
    return stripe.Webhook.construct_event(received.body, received.headers["Stripe-Signature"], secret)


def test_the_page_shows_product_price_and_labelled_choices(client):
    session = client.v1.checkout.sessions.create(
        PARAMS | {"line_items": [{**PARAMS["line_items"][0], "price_data": priced("<b>Credits</b>", 123456)}]}
    )
    page = call("GET", session.url)
    assert page.status == 200
    assert "<title>Checkout: &lt;b&gt;Credits&lt;/b&gt;, 2469.12 USD</title>" in page.text
    assert '<html lang="en">' in page.text
    assert "width=device-width" in page.text
    choices = re.findall(r'<button name="action" value="(\w+)">([^<]+)</button>', page.text)
    assert [value for value, _ in choices] == ["card", "bank", "decline", "cancel", "expire"]


def priced(name, amount):
    return {"currency": "usd", "unit_amount": amount, "product_data": {"name": name}}


def test_paying_by_card_redirects_and_sends_signed_events_in_order(client, stripe_sim, receiver):
    session = client.v1.checkout.sessions.create(PARAMS)
    answer = pay(session)
    assert (answer.status, answer.headers["location"]) == (303, f"https://shop.test/ok?session={session.id}")
    stripe_sim.settled()
    assert receiver.types() == PAID
    event = construct(receiver.received[-1])
    assert (event.object, event.api_version, event.livemode) == ("event", stripe.api_version, False)
    assert (event.data.object.id, event.data.object.payment_status) == (session.id, "paid")
    assert event.data.object.metadata["paymentId"] == "pay_1"
    assert client.v1.events.retrieve(event.id).to_dict() == event.to_dict()
    assert [found.id for found in client.v1.events.list({"type": event.type}).data] == [event.id]


def test_paying_twice_is_impossible(client, stripe_sim, receiver):
    session = client.v1.checkout.sessions.create(PARAMS)
    pay(session)
    again = pay(session)
    assert (again.status, "This checkout is paid." in again.text) == (409, True)
    stripe_sim.settled()
    assert receiver.types() == PAID


@pytest.mark.parametrize(
    ("choice", "status", "last"),
    [
        ("arrives", "paid", "checkout.session.async_payment_succeeded"),
        ("fails", "unpaid", "checkout.session.async_payment_failed"),
    ],
)
def test_a_bank_transfer_completes_unpaid_and_is_decided_later(client, stripe_sim, receiver, choice, status, last):
    session = client.v1.checkout.sessions.create(PARAMS)
    assert pay(session, "bank").status == 303
    stripe_sim.settled()
    assert receiver.types() == ["checkout.session.completed"]
    assert receiver.received[0].json["data"]["object"]["payment_status"] == "unpaid"
    assert pay(session, choice).status == 200
    assert pay(session, choice).status == 409
    stripe_sim.settled()
    assert receiver.types()[-1] == last
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == status


def test_a_declined_card_leaves_the_session_open(client, stripe_sim, receiver):
    stripe_sim.modes(decline={"times": 1})
    session = client.v1.checkout.sessions.create(PARAMS)
    assert pay(session).status == 402
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    assert pay(session, "decline").status == 402
    assert pay(session).status == 303
    stripe_sim.settled()
    assert receiver.types() == ["charge.failed", "payment_intent.payment_failed"] * 2 + PAID
    assert stripe_sim.state()["happened"] == {"decline": 1}
    assert len(stripe_sim.state()["objects"]["payment_intent"]) == 1


def test_cancelling_goes_back_and_leaves_the_session_open(client):
    session = client.v1.checkout.sessions.create(PARAMS)
    answer = pay(session, "cancel")
    assert (answer.status, answer.headers["location"]) == (303, PARAMS["cancel_url"])
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_an_expired_session_cannot_be_paid(client, stripe_sim, receiver):
    session = client.v1.checkout.sessions.create(PARAMS)
    assert "This checkout has expired." in pay(session, "expire").text
    assert pay(session).status == 409
    stripe_sim.settled()
    assert receiver.types() == ["checkout.session.expired"]


def test_a_checkout_that_never_was_is_not_found(stripe_sim):
    assert call("GET", f"{stripe_sim.url}/checkout/cs_none").status == 404
    assert call("POST", f"{stripe_sim.url}/checkout/cs_none", urlencode({"action": "card"})).status == 404


def test_a_refund_tells_of_the_charge(client, stripe_sim, receiver):
    client.v1.refunds.create({"payment_intent": paid_session(client).payment_intent, "amount": 100})
    stripe_sim.settled()
    charge = construct(receiver.received[-1])
    assert (charge.type, charge.data.object.amount_refunded) == ("charge.refunded", 100)
    assert not charge.data.object.refunded


def test_an_endpoint_may_have_its_own_secret(client, stripe_sim, receiver):
    stripe_sim.listen(receiver.url, "whsec_other")
    paid_session(client)
    stripe_sim.settled()
    construct(receiver.received[0], "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        construct(receiver.received[0])


def test_a_failed_delivery_is_repeated_with_a_fresh_signature(client, stripe_sim, receiver):
    receiver.answers = [500, 302, 400]
    client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(PARAMS).id)
    state = stripe_sim.settled()
    assert [delivery["status"] for delivery in state["deliveries"]] == [500, 302, 400, 200]
    assert [delivery["attempt"] for delivery in state["deliveries"]] == [0, 1, 2, 3]
    assert len({construct(received).id for received in receiver.received}) == 1


def test_an_unreachable_endpoint_is_given_up_after_its_retries(client, stripe_sim, receiver):
    stripe_sim.listen("http://127.0.0.1:9/nobody")
    client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(PARAMS).id)
    state = stripe_sim.settled()
    assert [one["status"] for one in state["deliveries"] if one["url"].endswith("nobody")] == [0] * 9
    assert receiver.types() == ["checkout.session.expired"]


def test_duplicates_are_sent_and_counted(client, stripe_sim, receiver):
    stripe_sim.modes(webhook_duplicate={"copies": 4, "only": "checkout.session.completed"})
    paid_session(client)
    stripe_sim.settled()
    assert receiver.types() == PAID + PAID[-1:] * 4
    assert stripe_sim.state()["happened"] == {"webhook_duplicate": 1}


def test_events_held_back_arrive_after_the_next_one_in_reverse(client, stripe_sim, receiver):
    stripe_sim.modes(webhook_reorder={"times": 2})
    paid_session(client)
    state = stripe_sim.settled()
    assert receiver.types() == PAID[::-1]
    assert (state["happened"], state["held_back"]) == ({"webhook_reorder": 2}, [])


def test_a_delayed_event_lets_the_others_pass(client, stripe_sim, receiver):
    stripe_sim.modes(webhook_delay={"ms": 150, "only": "charge"})
    started = time.monotonic()
    paid_session(client)
    stripe_sim.settled()
    assert time.monotonic() - started >= 0.15
    assert receiver.types() == [*PAID[1:], PAID[0]]


def test_a_withheld_event_can_be_fetched_and_sent_later(client, stripe_sim, receiver):
    stripe_sim.modes(webhook_withhold={"only": "checkout"})
    paid_session(client)
    stripe_sim.settled()
    assert receiver.types() == PAID[:-1]
    (event,) = client.v1.events.list({"type": PAID[-1]}).data
    answer = call("POST", f"{stripe_sim.url}/_sim/events/{event.id}/redeliver", {"times": 200})
    assert answer.json == {"answers": {"200": 200}}
    assert {construct(received).id for received in receiver.received[2:]} == {event.id}
    assert stripe_sim.state()["happened"] == {"webhook_withhold": 1, "redelivered": 200}


def test_a_corrupted_signature_does_not_verify_and_the_retry_does(client, stripe_sim, receiver):
    stripe_sim.modes(webhook_corrupt={"only": "checkout"})
    receiver.answers = [200, 200, 400]
    paid_session(client)
    state = stripe_sim.settled()
    with pytest.raises(stripe.SignatureVerificationError):
        construct(receiver.received[2])
    construct(receiver.received[3])
    assert [delivery["corrupted"] for delivery in state["deliveries"]] == [False, False, True, False]


def test_text_beyond_ascii_travels_as_it_is(client, stripe_sim, receiver):
    paid_session(client, client_reference_id="Zoë 🎉")
    stripe_sim.settled()
    assert "Zoë 🎉".encode() in receiver.received[-1].body
    assert construct(receiver.received[-1]).data.object.client_reference_id == "Zoë 🎉"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/_sim/webhook-endpoints", {"url": "ftp://shop.test"}, 400),
        ("/_sim/webhook-endpoints", "nonsense", 400),
        ("/_sim/events/evt_none/redeliver", {}, 404),
    ],
)
def test_steering_that_makes_no_sense_is_refused(stripe_sim, path, body, status):
    assert call("POST", stripe_sim.url + path, body).status == status
