"""Rates: announced for an instant, frozen in a session, and never more than the viewer saw (X-W-29)."""

from datetime import timedelta
from itertools import pairwise

import pytest

from shared import wallet
from shared.kernel.money import credits_of
from shared.live import metering
from shared.live.metering.schemas import MeterTick
from tests.clock import START
from tests.handlers.live.conftest import ADMIN as STAFF
from tests.handlers.live.conftest import CREATOR, VIEWER, put_stream
from tests.triggers import principal

PATH = {"stream_id": "str_1"}
MUSIC = {"category_id": "music"}
ADMIN = principal("usr_admin", "live:set-rates")
SOON = "2026-03-01T09:31:00.000Z"


def fund():
    wallet.deposit(VIEWER.user_id, credits_of(200), reference=wallet.Reference("PAYMENT", "pay_1"), now=START)


@pytest.fixture
def announce(call):
    """Announce a rate of the category Music."""

    def send(rate="9", at=SOON, key="one", **request):
        body = {"ratePerMinute": rate, "effectiveFrom": at}
        return call("live.set_category_rate", **{"path": MUSIC, "body": body, "caller": ADMIN, "key": key} | request)

    return send


@pytest.fixture
def join(call):
    """Join the stream, having seen a rate."""

    def send(seen, key="one"):
        return call("live.join_stream", path=PATH, body={"ratePerMinute": seen}, caller=VIEWER, key=key)

    return send


def tick(session_id, index, clock):
    body = MeterTick(stream_id="str_1", session_id=session_id, interval_index=index, playback_ms=10_000)
    return metering.charge(VIEWER.user_id, body, now=clock.now()).remaining_credits


@pytest.mark.covers("X-W-29")
def test_a_rate_takes_effect_at_its_instant_and_a_session_keeps_the_one_it_began_with(call, announce, join, clock):
    put_stream(rate_per_minute=9_000, premium_permille=1_500)
    fund()
    made = announce(rate="12")
    assert (made.status, made.data) == (201, {"category": "music", "ratePerMinute": "12", "effectiveFrom": SOON})
    shown = call("live.read_stream", path=PATH).data
    assert (shown["ratePerMinute"], shown["nextRate"]) == ("9", {"ratePerMinute": "18", "effectiveFrom": SOON})
    before = join("9").data
    assert before["meteringRate"] == "9"
    left = [tick(before["sessionId"], 0, clock)]
    for index in range(1, 8):
        clock.advance(seconds=10)
        left.append(tick(before["sessionId"], index, clock))
    assert [first - second for first, second in pairwise(left)] == [1_500] * 7
    for named, query in (("live.read_stream", {}), ("live.list_streams", None), ("live.discover_streams", None)):
        answer = call(named, path=PATH if named == "live.read_stream" else None, query=query).data
        one = answer if named == "live.read_stream" else answer[0]
        assert (one["ratePerMinute"], one["nextRate"]) == ("18", None)
    after = join("18", key="two").data
    assert after["meteringRate"] == "18"
    assert metering.own_viewing("str_1", before["sessionId"], VIEWER.user_id).charged == 8 * 1_500


@pytest.mark.covers("S-W-39")
def test_a_join_is_refused_when_a_minute_costs_more_than_the_viewer_saw(call, join):
    put_stream()
    fund()
    body = {"premiumMultiplier": "10"}
    assert call("live.change_stream", path=PATH, body=body, caller=CREATOR).data["ratePerMinute"] == "60"
    refused = join("6")
    assert (refused.status, refused.code, refused.data) == (
        409,
        "RATE_CHANGED",
        {"ratePerMinute": "60", "seenRate": "6"},
    )
    assert wallet.read_account(VIEWER.user_id).held == 0
    assert join("60", key="two").data["meteringRate"] == "60"


def test_who_saw_more_pays_the_present_rate(join):
    put_stream()
    fund()
    assert join("7.5").data["meteringRate"] == "6"


@pytest.mark.parametrize("body", [None, {}, {"ratePerMinute": None}, {"ratePerMinute": 6}, {"ratePerMinute": "-1"}])
def test_what_the_viewer_saw_is_required(call, body):
    put_stream()
    fund()
    answer = call("live.join_stream", path=PATH, body=body, caller=VIEWER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def test_a_stream_priced_after_a_rate_took_effect_has_that_rate(call, announce, clock, livekit):
    announce(rate="12")
    clock.advance(minutes=2)
    body = {"title": "Strings", "category": "Music", "premiumMultiplier": "2"}
    assert call("live.create_stream", body=body, caller=CREATOR).data["ratePerMinute"] == "24"


def test_the_categories_show_what_is_and_what_comes(call, announce, clock):
    announce(rate="12")
    announce(rate="15", at="2026-03-01T09:40:00.000Z", key="two")
    shown = {one["id"]: one for one in call("live.list_categories").data}
    free = {"id": "gaming", "name": "Gaming", "liveStreams": 0, "ratePerMinute": "6", "nextRate": None}
    assert shown["gaming"] == free
    assert shown["music"]["nextRate"] == {"ratePerMinute": "12", "effectiveFrom": SOON}
    clock.advance(seconds=60)
    (music,) = [one for one in call("live.list_categories").data if one["id"] == "music"]
    assert music["ratePerMinute"] == "12"
    assert music["nextRate"] == {"ratePerMinute": "15", "effectiveFrom": "2026-03-01T09:40:00.000Z"}


def test_a_rate_is_set_once_and_for_the_future(announce, clock):
    first = announce()
    assert announce().text == first.text
    assert announce(key="two").status == 201, "the same wish by the same person"
    assert (announce(rate="10", key="three").status, announce(rate="10", key="three").code) == (409, "RATE_EXISTS")
    for at in ("2026-03-01T09:30:00.000Z", "2026-03-01T09:29:59.000Z"):
        refused = announce(at=at, key=at)
        assert (refused.status, refused.json["error"]["details"][0]["field"]) == (400, "effectiveFrom")
    for rate in ("0", "-1", "10000.001"):
        assert announce(rate=rate, key=f"rate {rate}").status == 400
    assert announce(path={"category_id": "cooking"}, key="four").status == 404


def test_only_who_may_sets_rates(announce):
    assert announce(caller=None).status == 401
    assert announce(caller=STAFF).status == 403


def test_a_session_whose_answer_was_lost_is_told_its_own_rate(join, announce, clock):
    put_stream()
    fund()
    announce(rate="12")
    first = metering.join("str_1", VIEWER.user_id, operation="opn_1", seen=6_000, now=START)
    later = START + timedelta(minutes=2)
    assert metering.join("str_1", VIEWER.user_id, operation="opn_1", seen=6_000, now=later) == first
