"""What support teams are held to."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.accountability.team import rules
from shared.accountability.team.rules import PartnerStatus, Ways
from shared.messaging import Channel

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.covers("X-A-24")
def test_a_neutral_partner_never_reads_the_title():
    assert rules.title_for("FULL", "Lose 10 kg") == "Lose 10 kg"
    assert rules.title_for("TITLE", "Lose 10 kg") == "Lose 10 kg"
    assert rules.title_for("NEUTRAL", "Lose 10 kg") == ""
    assert (rules.title_for("TITLE", "Lose 10 kg"), rules.title_for("NEUTRAL", "Lose 10 kg")) == ("Lose 10 kg", "")


@pytest.mark.covers("X-A-03")
@given(st.lists(st.integers(0, 30 * 24), min_size=1, max_size=40))
def test_whenever_the_worker_comes_there_are_two_reminders_at_most_two_days_apart_and_none_after_the_end(hours):
    reminded: list[datetime] = []
    due, over = rules.next_look(START, 0, now=START), False
    for now in sorted(START + timedelta(hours=hour) for hour in hours):
        if over or now < due:
            continue
        over = rules.is_over(START, now=now)
        if not over:
            reminded.append(now)
            due = rules.next_look(START, len(reminded), now=now)
            assert due > now
    assert len(reminded) <= 2
    assert all(START + timedelta(days=3) <= at < START + timedelta(days=14) for at in reminded)
    assert all(later - earlier >= timedelta(days=2) for earlier, later in pairwise(reminded))


def test_a_worker_in_time_reminds_after_three_and_seven_days_and_ends_after_fourteen():
    days = [rules.next_look(START, sent, now=START + timedelta(days=was)) for sent, was in [(0, 0), (1, 3), (2, 7)]]
    assert days == [START + timedelta(days=day) for day in (3, 7, 14)]


def test_a_pause_that_is_over_is_none():
    assert rules.standing("PAUSED", START, now=START) is PartnerStatus.ACTIVE
    assert rules.standing("PAUSED", START + timedelta(seconds=1), now=START) is PartnerStatus.PAUSED
    assert rules.standing("INVITED", None, now=START) is PartnerStatus.INVITED


@pytest.mark.covers("D-47")
def test_who_backs_all_goals_backs_each():
    assert rules.supports(None, "gol_1")
    assert rules.supports(["gol_1"], "gol_1")
    assert rules.supports(["gol_1"], None)
    assert not rules.supports(["gol_1"], "gol_2")


CHANNELS = st.lists(st.sampled_from([str(one) for one in rules.PARTNER_CHANNELS]), unique=True, min_size=1)
PHONE_REASONS = st.lists(st.sampled_from(["WRONG_NUMBER"]))
MAIL_REASONS = st.lists(st.sampled_from(["BOUNCE"]))
NOES = st.lists(st.sampled_from(["STOP", "CARRIER", "COMPLAINT", "UNSUBSCRIBED", "STAFF"]))


@pytest.mark.covers("X-A-36", "X-A-10")
@given(CHANNELS, PHONE_REASONS, MAIL_REASONS, NOES)
def test_a_no_ends_everything_and_a_lost_address_only_who_has_no_other(channels, of_phone, of_mail, noes):
    became = rules.after_opt_outs([*of_phone, *of_mail, *noes], channels)
    usable = [channel for channel in channels if not (of_mail if channel == "EMAIL" else of_phone)]
    assert became == (PartnerStatus.OPTED_OUT if noes else None if usable else PartnerStatus.INVALID)


@given(CHANNELS)
def test_consent_is_asked_for_in_writing_and_never_by_whatsapp(channels):
    ways = [Channel(one) for one in channels]
    asked = rules.asked_by(ways)
    assert set(asked) <= {Channel.SMS, Channel.EMAIL}
    assert bool(asked) == bool(rules.WRITTEN & set(ways))
    assert len(asked) == len(set(asked))


@pytest.mark.covers("S-A-03", "S-A-32", "D-05")
def test_every_method_of_the_specification_is_a_way():
    assert set(rules.METHODS) == set(rules.ContactMethod)
    both = rules.METHODS[rules.ContactMethod.TEXT_VOICEMAIL]
    assert both.agreed() == (Channel.SMS, Channel.VOICE)
    assert Ways((Channel.VOICE, Channel.EMAIL), voicemail=True).agreed() == (Channel.VOICE, Channel.EMAIL)


def test_every_kind_of_case_can_be_decided():
    assert set(rules.DECISIONS) == set(rules.CaseKind)
    assert {one for allowed in rules.DECISIONS.values() for one in allowed} == set(rules.Decision)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_share_lies_between_none_and_all(part, whole):
    found = rules.share(part, whole)
    assert (found is None) == (whole == 0)
    assert found is None or 0 <= found <= 1
