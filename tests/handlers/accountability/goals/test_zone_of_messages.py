"""The zone in which a user's days run is the zone of their quiet hours too, unless they chose another for messages."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared import messaging
from shared.kernel.storage import reads
from shared.kernel.storage.writes import transact
from shared.messaging import Channel
from shared.messaging.items import RecipientItem, recipient_pk
from shared.messaging.sending import dispatch
from tests import carriers, messages
from tests.calls import call
from tests.carriers import Carrier
from tests.handlers.accountability.goals.conftest import USER, ok, profile
from tests.triggers import principal

READER = principal(USER.user_id, "messaging:use")
KATHMANDU, BERLIN = "Asia/Kathmandu", "Europe/Berlin"
EVENING = datetime(2026, 3, 1, 16, tzinfo=UTC)
"""A quarter to ten in Kathmandu, five in Berlin."""

MORNING = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
"""Eight in Kathmandu."""


def enlist() -> None:
    transact(messaging.enlist_user(USER.user_id, "Ada", "ada@wellspring.example"))


def preferences(**body: Any) -> Any:
    return ok(call("messaging.change_preferences", body=body, caller=READER)).data


def leaves_at(key: str) -> datetime | None:
    """Ask for a mail in the evening and return when it goes out."""
    words = {"template": "balance.low", "variables": {"balance": "1"}, "channels": (Channel.EMAIL,)}
    with carriers.carried(Carrier()) as carrier:
        ask = messages.ask(key, to=USER.user_id, category="progress", at=EVENING, **words)
        dispatch.advance(ask, now=EVENING)
        return EVENING if carrier.taken else messages.standing(ask).due_at


def entry() -> RecipientItem:
    found = reads.get(RecipientItem, recipient_pk(USER.user_id), RecipientItem.SK)
    assert found is not None
    return found


@pytest.mark.covers("X-A-11", "X-N-04")
def test_mails_wait_for_the_morning_where_the_user_lives() -> None:
    enlist()
    profile(zone=KATHMANDU)
    assert leaves_at("mail-1") == MORNING
    profile(zone=BERLIN)
    assert leaves_at("mail-2") == EVENING


@pytest.mark.covers("X-N-04")
def test_a_zone_that_was_chosen_for_messages_counts_before_and_after() -> None:
    enlist()
    assert preferences(zone=BERLIN)["zone"] == BERLIN
    profile(zone=KATHMANDU)
    assert leaves_at("mail-3") == EVENING
    assert preferences(locale="en")["zone"] == BERLIN
    assert preferences(zone=None)["zone"] == KATHMANDU
    assert leaves_at("mail-4") == MORNING


@pytest.mark.covers("X-N-04")
def test_mails_wait_for_the_end_of_ones_own_quiet_hours() -> None:
    enlist()
    preferences(zone="UTC", quietHours={"from": "15:00", "to": "08:30"})
    assert leaves_at("mail-6") == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def test_the_zone_is_known_although_the_address_is_confirmed_later() -> None:
    profile(zone=KATHMANDU)
    assert ok(call("messaging.read_preferences", caller=READER)).data["zone"] == KATHMANDU
    enlist()
    assert (entry().name, entry().email, entry().active) == ("Ada", "ada@wellspring.example", True)
    assert leaves_at("mail-5") == MORNING


def test_other_settings_leave_the_directory_alone() -> None:
    enlist()
    before = entry().dump()
    profile(grace=30)
    assert entry().dump() == before
    assert profile(zone=KATHMANDU, grace=60)["grace"] == 60
    assert (entry().version, entry().home_zone, entry().zone) == (2, KATHMANDU, None)
