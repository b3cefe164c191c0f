"""What a partner's page sends back, read."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.accountability.partner_page.form import PageForm, offered, rest_until, wishes
from shared.accountability.team.errors import Unfit
from shared.messaging import Channel, Recipient
from shared.messaging.recipients import directory

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
BOTH = Recipient("ptn_1", "Grace", phone="+12125550123", email="grace@example.com", locale="en")
TEXT = st.one_of(st.text(max_size=12), st.sampled_from(["", "SMS", "EMAIL", "VOICE", "09:00", "18:00", "24:00"]))


def test_channels_are_offered_for_the_addresses_there_are():
    assert offered(BOTH) == [Channel.SMS, Channel.WHATSAPP, Channel.EMAIL, Channel.VOICE]
    assert offered(Recipient("ptn_1", "Grace", email="grace@example.com")) == [Channel.EMAIL]


def test_order_and_hours_are_kept_and_a_repeated_channel_counts_once():
    found = wishes(PageForm(choices=("EMAIL", "SMS", "EMAIL"), begin="09:15", end="18:00", voice="yes"), BOTH)
    assert found.channels == (Channel.EMAIL, Channel.SMS)
    assert (found.hours, found.voicemail, found.locale) == ((555, 1080), True, "en")


def test_a_voice_message_goes_with_texts_only():
    assert not wishes(PageForm(choices=("EMAIL",), voice="yes"), BOTH).voicemail


@given(st.tuples(TEXT, TEXT, TEXT), TEXT, TEXT, TEXT)
def test_whatever_is_sent_is_read_or_told_to_be_unfit(choices, begin, end, language):
    try:
        found = wishes(PageForm(choices=choices, begin=begin, end=end, language=language), BOTH)
    except Unfit:
        return
    assert found.channels
    assert found.locale == "en"
    assert set(found.channels) <= set(offered(BOTH))
    if found.hours:
        assert min(found.hours[1], 1200) - max(found.hours[0], 540) >= 120


@given(st.text(max_size=12))
def test_whatever_day_is_sent_a_rest_ends_within_a_year_or_is_unfit(until):
    try:
        assert rest_until(PageForm(until=until), ["UTC"], now=START) > START
    except Unfit:
        return


@pytest.mark.covers("X-A-37")
@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Recipient("ptn_1", "Grace", zone="America/New_York"), "2026-03-30T04:00:00+00:00"),
        (Recipient("ptn_1", "Grace", zone="Asia/Kathmandu", phone="+12125550123"), "2026-03-29T18:15:00+00:00"),
        (Recipient("ptn_1", "Grace", zone="Europe/Berlin"), "2026-03-29T22:00:00+00:00"),
        (BOTH, "2026-03-30T04:00:00+00:00"),
        (Recipient("ptn_1", "Grace", phone="+61491570156"), "2026-03-29T17:30:00+00:00"),
        (Recipient("ptn_1", "Grace", email="grace@example.com"), "2026-03-30T10:00:00+00:00"),
    ],
)
def test_a_rest_ends_with_its_last_day_wherever_the_partner_may_be(entry, expected):
    assert rest_until(PageForm(until="2026-03-29"), directory.zones(entry), now=START).isoformat() == expected
