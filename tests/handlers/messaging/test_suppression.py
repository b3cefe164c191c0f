"""What must not be sent to, and how that ends."""

from datetime import timedelta

import pytest

from shared.messaging.items import address_hashes
from shared.messaging.recipients import suppression
from tests import messages
from tests.clock import START
from tests.messages import MAIL, PHONE
from tests.outbox import sent


def after(minutes):
    return START + timedelta(minutes=minutes)


def stands():
    return [item.reason for item in suppression.standing(messages.hashed()) if item.lifted_at is None]


@pytest.mark.covers("X-A-05", "X-A-09")
def test_everybody_who_has_the_address_is_told_once():
    messages.enlist()
    messages.enlist("ptn_2")
    assert suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    assert not suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    assert not suppression.suppress(PHONE, "CARRIER", source="cb", now=after(1))
    told = sorted(event["recipient_id"] for event in sent("messaging", "AddressOptedOut"))
    assert (told, stands()) == (["ptn_2", "ptn_pat"], ["STOP"])


@pytest.mark.covers("X-A-09")
def test_an_address_that_nobody_has_is_suppressed_all_the_same():
    assert suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    assert (stands(), sent("messaging", "AddressOptedOut")) == (["STOP"], [])


@pytest.mark.covers("X-A-08")
def test_start_lifts_what_stood_before_it_and_nothing_later():
    messages.enlist()
    suppression.suppress(PHONE, "STOP", source="SM1", now=after(5))
    assert not suppression.lift(PHONE, now=after(4))
    assert stands() == ["STOP"]
    assert suppression.lift(PHONE, now=after(6))
    assert (stands(), len(sent("messaging", "AddressOptedIn"))) == ([], 1)
    assert not suppression.lift(PHONE, now=after(7))


def test_an_old_stop_does_not_undo_a_later_start():
    suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    suppression.lift(PHONE, now=after(10))
    assert not suppression.suppress(PHONE, "STOP", source="SM2", now=after(9))
    assert stands() == []
    assert suppression.suppress(PHONE, "STOP", source="SM3", now=after(11))
    assert stands() == ["STOP"]


@pytest.mark.covers("X-A-06")
def test_a_hold_tells_nobody_and_gives_way_to_a_decision():
    messages.enlist()
    assert suppression.suppress(PHONE, "REVIEW", source="SM1", now=START)
    assert sent("messaging", "AddressOptedOut") == []
    assert suppression.suppress(PHONE, "STAFF", source="review", now=after(1))
    assert (stands(), len(sent("messaging", "AddressOptedOut"))) == (["STAFF"], 1)
    assert not suppression.suppress(PHONE, "REVIEW", source="SM2", now=after(2))


def test_a_hold_that_is_dismissed_tells_nobody():
    messages.enlist()
    suppression.suppress(PHONE, "REVIEW", source="SM1", now=START)
    assert suppression.lift(PHONE, now=after(1))
    assert (stands(), sent("messaging", "AddressOptedIn")) == ([], [])


@pytest.mark.covers("X-N-09", "X-A-09")
def test_one_category_alone_can_be_suppressed():
    messages.enlist()
    suppression.suppress(PHONE, "UNSUBSCRIBED", source="mail", scope="partner-update", now=START)
    suppression.suppress(PHONE, "UNSUBSCRIBED", source="mail", scope="partner-good-news", now=START)
    assert len(suppression.standing(messages.hashed())) == 2
    assert sorted(one["scope"] for one in sent("messaging", "AddressOptedOut")) == [
        "partner-good-news",
        "partner-update",
    ]


def test_an_address_of_very_many_people_is_told_of_to_all():
    for number in range(suppression.TELLS + 5):
        messages.enlist(f"ptn_{number}", consents=())
    suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    assert len(sent("messaging", "AddressOptedOut")) == suppression.TELLS + 5


def test_an_opt_out_after_one_that_was_lifted_is_told_again():
    messages.enlist()
    for minute in (0, 2):
        assert suppression.suppress(MAIL, "UNSUBSCRIBED", source="link-partner-ask", now=after(minute))
        assert suppression.lift(MAIL, now=after(minute + 1))
    assert len(sent("messaging", "AddressOptedOut")) == 2


def test_of_two_words_at_one_instant_the_no_counts():
    suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    suppression.lift(PHONE, now=after(1))
    assert suppression.suppress(PHONE, "STOP", source="SM2", now=after(1))


def test_start_lifts_what_stands_under_either_form_of_a_number():
    whatsapp, ours = "+554187654321", "+5541987654321"
    own, other = address_hashes(ours)
    for hashed in (own, other):
        suppression.suppress_hash(hashed, reason="STOP", source=f"SM-{hashed}", now=START)
    assert suppression.lift(whatsapp, now=after(1))
    assert [item.lifted_at for item in suppression.standing(own, other)] == [after(1), after(1)]
