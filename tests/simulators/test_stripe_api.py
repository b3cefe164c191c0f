"""The Stripe SDK against the simulator's API."""

import subprocess
import sys
import time
from urllib.parse import urlencode

import pytest
import stripe

from tests.simulators.conftest import call

PARAMS = {
    "mode": "payment",
    "success_url": "https://shop.test/ok?session={CHECKOUT_SESSION_ID}",
    "cancel_url": "https://shop.test/no",
    "client_reference_id": "user_1",
    "metadata": {"paymentId": "pay_1"},
    "payment_intent_data": {"metadata": {"paymentId": "pay_1"}},
    "line_items": [
        {
            "quantity": 2,
            "price_data": {"currency": "usd", "unit_amount": 499, "product_data": {"name": "100 credits"}},
        }
    ],
}


@pytest.fixture
def client(stripe_sim):
    return make_client(stripe_sim)


def make_client(sim, key="sk_test_local", retries=0):
    return stripe.StripeClient(key, base_addresses={"api": sim.url}, max_network_retries=retries)


def pay(session, action="card"):
    return call("POST", session.url, urlencode({"action": action}))


def paid_session(client, **changes):
    session = client.v1.checkout.sessions.create(PARAMS | changes)
    assert pay(session).status == 303
    return client.v1.checkout.sessions.retrieve(session.id)


def test_a_new_session_is_open_and_has_no_intent_yet(client):
    session = client.v1.checkout.sessions.create(PARAMS)
    again = client.v1.checkout.sessions.retrieve(session.id)
    assert again == session
    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.livemode) == (998, "usd", False)
    assert session.metadata.to_dict() == {"paymentId": "pay_1"}
    assert session.client_reference_id == "user_1"
    assert session.expires_at - session.created == 24 * 60 * 60
    assert session.payment_method_types == ["card", "us_bank_account"]
    assert not [name for name in session.to_dict() if name.startswith("_")]


def test_a_paid_session_leads_to_its_intent_and_charge(client):
    session = paid_session(client)
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    intent = client.v1.payment_intents.retrieve(session.payment_intent)
    charge = client.v1.charges.retrieve(intent.latest_charge)
    assert (intent.status, intent.amount_received, intent.metadata["paymentId"]) == ("succeeded", 998, "pay_1")
    assert (charge.paid, charge.amount, charge.payment_intent) == (True, 998, intent.id)
    assert charge.payment_method_details.type == "card"


def test_expansion_nests(client):
    session = paid_session(client)
    expanded = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert expanded.payment_intent.latest_charge.paid
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["status"]})


@pytest.mark.parametrize("key", ["sk_test_other", "sk_test_ünicode"])
def test_a_wrong_key_is_refused(stripe_sim, key):
    with pytest.raises(stripe.AuthenticationError) as refused:
        make_client(stripe_sim, key.encode().decode("latin-1")).v1.events.list()
    assert key not in str(refused.value)


def test_no_key_is_refused(stripe_sim):
    assert call("GET", f"{stripe_sim.url}/v1/events").json["error"]["type"] == "invalid_request_error"
    assert call("GET", f"{stripe_sim.url}/v1/events").status == 401
    assert call("GET", f"{stripe_sim.url}/v1/events", headers={"Authorization": "Basic ?"}).status == 401


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"success_url": ""}, "success_url", "parameter_missing"),
        ({"success_url": "shop.test"}, "success_url", "url_invalid"),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"mode": "subscription"}, "mode", None),
        ({"line_items": []}, "line_items", None),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price_data]", None),
        ({"expires_at": int(time.time()) + 60}, "expires_at", None),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]", None),
    ],
)
def test_wrong_parameters_are_named(client, changes, param, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.checkout.sessions.create(PARAMS | changes)
    assert (refused.value.http_status, refused.value.param, refused.value.code) == (400, param, code)
    assert refused.value.request_id.startswith("req_")


def test_an_unknown_object_is_missing(client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.retrieve("pi_none")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_an_unknown_path_is_unrecognized(stripe_sim):
    answer = call("GET", f"{stripe_sim.url}/v1/customers")
    assert (answer.status, answer.json["error"]["type"]) == (404, "invalid_request_error")


def test_a_repeated_idempotency_key_replays_the_first_answer(client):
    first = client.v1.checkout.sessions.create(PARAMS, {"idempotency_key": "k1"})
    second = client.v1.checkout.sessions.create(PARAMS, {"idempotency_key": "k1"})
    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.headers["Request-Id"]
    assert len(client.v1.checkout.sessions.list().data) == 1


def test_an_idempotency_key_serves_one_request_only(client):
    client.v1.checkout.sessions.create(PARAMS, {"idempotency_key": "k1"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.checkout.sessions.create(PARAMS | {"client_reference_id": "user_2"}, {"idempotency_key": "k1"})
    with pytest.raises(stripe.IdempotencyError):
        client.v1.refunds.create({"charge": "ch_1"}, {"idempotency_key": "k1"})


def test_a_refusal_in_execution_is_kept_but_not_one_of_the_parameters(client):
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.create(PARAMS | {"mode": ""}, {"idempotency_key": "k1"})
    client.v1.checkout.sessions.create(PARAMS, {"idempotency_key": "k1"})
    charge = client.v1.payment_intents.retrieve(paid_session(client).payment_intent).latest_charge
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"charge": charge, "amount": 5000}, {"idempotency_key": "k2"})
    assert refused.value.headers["Idempotent-Replayed"] == "true"


def test_a_refund_may_be_partial_and_never_more_than_was_paid(client):
    intent = paid_session(client).payment_intent
    part = client.v1.refunds.create({"payment_intent": intent, "amount": 400, "metadata": {"why": "test"}})
    assert (part.amount, part.status, part.metadata["why"]) == (400, "succeeded", "test")
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        client.v1.refunds.create({"payment_intent": intent, "amount": 599})
    rest = client.v1.refunds.create({"payment_intent": intent})
    assert rest.amount == 598
    assert client.v1.charges.retrieve(rest.charge).refunded
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent})
    assert refused.value.code == "charge_already_refunded"
    assert {refund.id for refund in client.v1.refunds.list({"charge": rest.charge}).data} == {part.id, rest.id}


def test_nothing_paid_is_nothing_to_refund(client):
    session = client.v1.checkout.sessions.create(PARAMS)
    pay(session, "decline")
    intent = client.v1.checkout.sessions.retrieve(session.id).payment_intent
    for params in ({"payment_intent": intent}, {}):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create(params)


def test_only_an_open_session_expires(client):
    session = client.v1.checkout.sessions.create(PARAMS)
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of expired"):
        client.v1.checkout.sessions.expire(session.id)


def test_lists_page_from_the_newest_on(client):
    made = [client.v1.checkout.sessions.create(PARAMS).id for _ in range(5)]
    first = client.v1.checkout.sessions.list({"limit": 2})
    assert [session.id for session in first.data] == [made[4], made[3]]
    assert first.has_more
    assert [session.id for session in first.auto_paging_iter()] == made[::-1]
    before = client.v1.checkout.sessions.list({"limit": 2, "ending_before": made[0]})
    assert [session.id for session in before.data] == [made[2], made[1]]
    assert client.v1.checkout.sessions.list({"created": {"gt": int(time.time()) + 5}}).data == []
    client.v1.checkout.sessions.expire(made[2])
    after = client.v1.checkout.sessions.list({"status": "open", "starting_after": made[2]})
    assert [session.id for session in after.data] == [made[1], made[0]]
    assert len(client.v1.checkout.sessions.list({"status": "open", "created": {"lte": int(time.time())}}).data) == 4


def test_a_dropped_connection_has_taken_effect_once(stripe_sim):
    stripe_sim.modes(timeout={"times": 2, "only": "POST"})
    client = make_client(stripe_sim, retries=0)
    with pytest.raises(stripe.APIConnectionError):
        client.v1.checkout.sessions.create(PARAMS, {"idempotency_key": "k1"})
    retrying = make_client(stripe_sim, retries=2)
    session = retrying.v1.checkout.sessions.create(PARAMS, {"idempotency_key": "k1"})
    assert session.last_response.headers["Idempotent-Replayed"] == "true"
    state = stripe_sim.state()
    assert (state["happened"]["timeout"], len(state["objects"]["checkout.session"])) == (2, 1)
    assert state["calls"] == {"POST /v1/checkout/sessions": 3}


def test_asked_for_failures_come_in_stripes_words_and_are_counted(stripe_sim, client):
    stripe_sim.modes(rate_limit={}, slow={"ms": 100}, server_error={"only": "/v1/refunds"})
    started = time.monotonic()
    with pytest.raises(stripe.RateLimitError):
        client.v1.events.list()
    assert time.monotonic() - started >= 0.1
    with pytest.raises(stripe.APIError) as failed:
        client.v1.refunds.list()
    assert failed.value.http_status == 500
    client.v1.refunds.list()
    assert stripe_sim.state()["happened"] == {"slow": 1, "rate_limit": 1, "server_error": 1}


@pytest.mark.parametrize("modes", [{"explode": {}}, {"slow": {"ms": -1}}, {"slow": {"speed": 1}}, {"slow": 3}])
def test_modes_that_make_no_sense_are_refused(stripe_sim, modes):
    assert call("POST", f"{stripe_sim.url}/_sim/modes", modes).status == 400
    assert stripe_sim.state()["modes"] == {}


def test_a_taken_port_is_named(stripe_sim):
    port = stripe_sim.url.rpartition(":")[2]
    command = [sys.executable, "-m", "infra.local.simulators.stripe", "--port", port]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"port {port} is not free" in ended.stderr
