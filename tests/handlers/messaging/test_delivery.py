"""What providers say of attempts: in any order, twice, or before their own answer."""

from datetime import timedelta
from itertools import permutations

import pytest

from shared.messaging import Channel
from shared.messaging.events import MessageQueued
from shared.messaging.items import address_hash
from shared.messaging.sending import conversations, delivery, dispatch
from tests import carriers, messages
from tests.carriers import Carrier
from tests.clock import START
from tests.messages import PHONE, attempts, standing, summary
from tests.outbox import sent
from tests.triggers import queue_event


@pytest.fixture
def carrier():
    with carriers.carried(Carrier()) as stands_in:
        yield stands_in


@pytest.fixture
def ask(carrier):
    """Provide an ask that was sent by text."""
    messages.register_sender()
    messages.enlist()
    message_id = messages.ask()
    dispatch.advance(message_id, now=START)
    return message_id


def told(event):
    return len(sent("messaging", event))


@pytest.mark.covers("X-A-26", "S-A-35")
@pytest.mark.parametrize("order", list(permutations(["SENT", "DELIVERED", "READ"])))
def test_states_only_move_on_whatever_order_they_come_in(ask, order):
    for state in (*order, *order):
        delivery.apply(ask, 1, state, now=START)
    assert summary(ask) == ("DELIVERED", None, [("SMS", "READ")])
    assert (told("MessageSent"), told("MessageDelivered")) == (1, 1)
    assert standing(ask).due_at is None


@pytest.mark.parametrize("state", ["QUEUED", "CLAIMED", "ACCEPTED", "", "delivered"])
def test_what_is_no_news_or_unknown_changes_nothing(ask, state):
    before = standing(ask).version
    assert not delivery.apply(ask, 1, state, now=START)
    assert not delivery.apply(ask, 2, "DELIVERED", now=START)
    assert not delivery.apply("msg_unknown", 1, "DELIVERED", now=START)
    assert standing(ask).version == before


@pytest.mark.covers("X-A-26")
@pytest.mark.parametrize("state", ["UNDELIVERED", "FAILED"])
def test_what_did_not_arrive_goes_by_the_next_channel_at_once(ask, carrier, invoke, state):
    delivery.apply(ask, 1, state, code="30003", now=START + timedelta(seconds=5))
    assert (standing(ask).status, standing(ask).reason) == ("QUEUED", "30003")
    assert told("MessageQueued") == 2
    dispatch.advance(ask, now=START + timedelta(seconds=5))
    assert [one.channel for one in carrier.taken] == [Channel.SMS, Channel.EMAIL]
    assert summary(ask)[2] == [("SMS", state), ("EMAIL", "QUEUED")]
    delivery.apply(ask, 2, "FAILED", code="bounce", now=START + timedelta(seconds=6))
    dispatch.advance(ask, now=START + timedelta(seconds=6))
    assert summary(ask)[:2] == ("FAILED", "bounce")
    assert [event["reason"] for event in sent("messaging", "MessageFailed")] == ["bounce"]
    failures = [(event["channel"], event["reason"]) for event in sent("messaging", "ChannelFailed")]
    assert sorted(failures) == [("EMAIL", "bounce"), ("SMS", "30003")]


def test_a_late_delivery_is_true_all_the_same(ask, carrier):
    delivery.apply(ask, 1, "UNDELIVERED", code="30003", now=START)
    dispatch.advance(ask, now=START)
    delivery.apply(ask, 1, "DELIVERED", now=START)
    assert standing(ask).status == "DELIVERED"
    delivery.apply(ask, 2, "UNDELIVERED", now=START)
    assert (standing(ask).status, standing(ask).due_at) == ("DELIVERED", None)


def test_the_failure_of_an_earlier_channel_does_not_disturb_the_later(ask, carrier):
    dispatch.advance(ask, now=START + timedelta(minutes=15))
    delivery.apply(ask, 1, "UNDELIVERED", code="30003", now=START + timedelta(minutes=16))
    assert summary(ask) == ("SENT", None, [("SMS", "UNDELIVERED"), ("EMAIL", "QUEUED")])


@pytest.mark.parametrize("state", ["QUEUED", "SENT", "DELIVERED"])
def test_a_state_that_comes_before_the_providers_own_answer_counts(carrier, state):
    messages.register_sender()
    messages.enlist()
    message_id = messages.ask()
    carrier.plan = carriers.script(carriers.SILENT_AFTER)
    dispatch.advance(message_id, now=START)
    delivery.apply(message_id, 1, state, provider_id="SM9", now=START)
    dispatch.advance(message_id, now=START + timedelta(minutes=2))
    assert standing(message_id).status == ("DELIVERED" if state == "DELIVERED" else "SENT")
    assert (attempts(message_id)[0].provider_id, carrier.asked) == ("SM9", 0)
    assert (told("MessageSent"), len(carrier.taken)) == (1, 1)


def test_a_lost_attempt_that_was_sent_after_all_is_not_sent_again(carrier):
    messages.register_sender()
    messages.enlist()
    message_id = messages.ask()
    carrier.plan = carriers.script(carriers.AGAIN)
    dispatch.advance(message_id, now=START)
    delivery.apply(message_id, 1, "SENT", now=START)
    dispatch.advance(message_id, now=START + timedelta(seconds=30))
    assert (standing(message_id).status, carrier.taken) == ("SENT", [])


@pytest.mark.covers("X-A-27", "X-A-13")
def test_an_ask_that_was_sent_awaits_an_answer(ask):
    (matter,), _ = conversations.standing(address_hash(PHONE), now=START)
    assert (matter.recipient_id, matter.message_id, matter.about) == ("ptn_pat", ask, "contact:ask-1")


@pytest.mark.covers("X-A-41")
def test_who_answered_a_call_is_kept(ask):
    delivery.apply(ask, 1, "DELIVERED", answered_by="machine_end_beep", provider_id="CA1", now=START)
    (attempt,) = attempts(ask)
    assert (attempt.answered_by, attempt.provider_id, attempt.delivered_at) == ("machine_end_beep", "CA1", START)


def test_the_consumer_takes_the_next_channel_from_the_event(ask, carrier, invoke):
    delivery.apply(ask, 1, "UNDELIVERED", now=START)
    answer = invoke("messaging.send_message", queue_event(MessageQueued(message_id=ask)))
    assert answer == {"batchItemFailures": []}
    assert len(carrier.taken) == 2
