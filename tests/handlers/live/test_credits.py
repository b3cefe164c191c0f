"""One truth about credits: the tick, the live message and the balance say the same, and a top-up is known at once."""

import pytest

from shared import wallet
from shared.kernel.money import credits_of
from shared.kernel.storage.writes import Put, commit
from shared.live import audience, metering
from shared.payments.items import SHOP, PriceItem, price_sk
from shared.wallet.events import CreditsDeposited
from tests.clock import START
from tests.door import calls_made
from tests.handlers.live.conftest import CREATOR, SEEN, VIEWER, image, put_stream, stored, watch
from tests.triggers import principal, queue_event, stream_event

PATH = {"stream_id": "str_1"}
OWNER = principal(VIEWER.user_id, "live:watch", "wallet:read")
DONE = {"batchItemFailures": []}


@pytest.fixture
def session_id(clock, due_queues):
    put_stream()
    return watch()


@pytest.fixture
def tick(call):
    def send(session_id, index, stream_id="str_1"):
        body = {"streamId": stream_id, "sessionId": session_id, "intervalIndex": index, "playbackMs": 10_000}
        return call("live.record_tick", body=body, caller=VIEWER)

    return send


def put_price(price_id, gives, amount, *, active=True):
    """Store a pack of so many credits."""
    item = PriceItem(
        pk=SHOP,
        sk=price_sk(price_id),
        product_code=price_id,
        credits=credits_of(gives),
        bonus_credits=0,
        amount=amount,
        currency="USD",
        active=active,
        version=1,
        created_by="opn",
    )
    commit(Put(item))


def balance(call):
    return call("wallet.read_balance", caller=OWNER).data


def figures(told):
    return {name: told[name] for name in ("balance", "available", "held", "watching")}


def top_up(invoke, amount=100):
    reference = wallet.Reference("PAYMENT", f"pay_more_{amount}")
    wallet.deposit(VIEWER.user_id, credits_of(amount), reference=reference, now=START)
    event = CreditsDeposited(
        user_id=VIEWER.user_id,
        amount=credits_of(amount),
        balance=0,
        available=0,
        reference_type="PAYMENT",
        reference_id="pay_more",
    )
    for _ in range(2):
        assert invoke("live.refresh_headroom", queue_event(event)) == DONE


@pytest.mark.covers("D-53", "S-W-19", "S-W-25")
def test_the_tick_the_live_message_and_the_balance_say_the_same(call, invoke, told, tick, session_id, clock):
    for index in range(3):
        before = image(metering.own_viewing("str_1", session_id, VIEWER.user_id))
        answer = tick(session_id, index)
        after = image(metering.own_viewing("str_1", session_id, VIEWER.user_id))
        told.clear()
        invoke("live.push_tick", stream_event("live", (before, after)))
        has = balance(call)
        assert figures(told[0][2]) == figures(has)
        assert answer.data["remainingCredits"] == has["balance"] == f"{99 - index}"
        assert answer.data["asOf"] == has["asOf"] == told[0][2]["asOf"]
        assert has["watching"] == f"{index + 1}"
        clock.advance(seconds=10)
    metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now())
    assert figures(balance(call)) == {"balance": "97", "available": "97", "held": "0", "watching": "0"}


@pytest.mark.covers("S-W-25")
def test_a_top_up_is_known_to_the_next_tick_without_a_read(call, invoke, tick, session_id, clock):
    first = tick(session_id, 0)
    top_up(invoke)
    assert balance(call)["balance"] == "199"
    clock.advance(seconds=10)
    with calls_made() as made:
        assert tick(session_id, 1).data["remainingCredits"] == "198"
    assert made == ["UpdateItem"]
    assert tick(session_id, 0).data == first.data


def test_news_of_an_older_account_changes_nothing(call, invoke, tick, session_id, clock, monkeypatch):
    old = wallet.read_account(VIEWER.user_id)
    top_up(invoke)
    monkeypatch.setattr(wallet, "read_account", lambda _: old)
    metering.refresh(VIEWER.user_id)
    assert tick(session_id, 0).data["remainingCredits"] == "199"


def test_two_streams_at_once_are_both_in_the_balance(call, tick, session_id, clock):
    put_stream("str_2")
    other = metering.join("str_2", VIEWER.user_id, operation="opn_2", seen=SEEN, now=START).session_id
    tick(session_id, 0)
    tick(other, 0, "str_2")
    assert figures(balance(call)) == {"balance": "98", "available": "4", "held": "94", "watching": "2"}


@pytest.mark.covers("D-53")
def test_a_second_tab_takes_the_viewing_over_and_a_person_counts_once(call, invoke, told, tick, session_id, clock):
    tick(session_id, 0)
    clock.advance(seconds=4)
    second = call("live.join_stream", path=PATH, body={"ratePerMinute": "6"}, caller=VIEWER, key="two").data
    audience.recount("STREAM#str_1", now=clock.now())
    assert stored().viewers == 1
    watching = call("live.list_viewers", path=PATH, caller=CREATOR).data
    assert [one["userId"] for one in watching] == [VIEWER.user_id]
    refused = tick(session_id, 1)
    assert (refused.status, refused.code) == (409, "SESSION_ENDED")
    assert tick(second["sessionId"], 0).status == 200
    assert balance(call)["balance"] == "98"


@pytest.mark.covers("D-53")
def test_how_many_devices_share_a_stream_is_a_policy(call, tick, session_id, clock, configured):
    configured("viewings_at_once", 2)
    sessions = [session_id]
    for key in ("two", "three"):
        clock.advance(seconds=1)
        joined = call("live.join_stream", path=PATH, body={"ratePerMinute": "6"}, caller=VIEWER, key=key).data
        sessions.append(joined["sessionId"])
    assert [metering.watches("str_1", one, VIEWER.user_id) for one in sessions] == [False, True, True]
    audience.recount("STREAM#str_1", now=clock.now())
    assert stored().viewers == 1
    assert call("live.list_viewers", path=PATH, caller=CREATOR).data == [
        {"userId": VIEWER.user_id, "watchingSince": "2026-03-01T09:30:01.000Z"}
    ]


@pytest.mark.covers("S-W-31")
@pytest.mark.parametrize(("missing_of", "pack"), [("5", "prc_small"), ("600", "prc_large")])
def test_who_has_too_little_is_told_what_is_missing_and_what_to_buy(call, configured, missing_of, pack):
    put_price("prc_small", 50, 500)
    put_price("prc_large", 500, 4500)
    put_price("prc_off", 20, 100, active=False)
    configured("minimum_balance", credits_of(int(missing_of)))
    put_stream()
    answer = call("live.join_stream", path=PATH, body={"ratePerMinute": "6"}, caller=VIEWER, key="one")
    assert answer.status == 402
    assert (answer.data["missing"], answer.data["nearestPack"]["priceId"]) == (missing_of, pack)


def test_a_join_says_its_price_beside_the_one_that_was_seen(call, clock):
    put_stream()
    wallet.deposit(VIEWER.user_id, 10_000, reference=wallet.Reference("PAYMENT", "pay_1"), now=START)
    joined = call("live.join_stream", path=PATH, body={"ratePerMinute": "9"}, caller=VIEWER, key="one").data
    assert (joined["meteringRate"], joined["seenRate"]) == ("6", "9")
    refused = call("live.join_stream", path=PATH, body={"ratePerMinute": "5"}, caller=VIEWER, key="two")
    assert refused.data == {"ratePerMinute": "6", "seenRate": "5"}


@pytest.mark.covers("S-W-20", "S-W-22")
def test_a_line_says_what_was_watched_how_long_and_at_which_rate(call, tick, clock, due_queues):
    put_stream(title="=HYPERLINK(1)")
    session_id = watch()
    for index in range(8):
        tick(session_id, index)
        clock.advance(seconds=10)
    metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now())
    line = call("wallet.list_entries", caller=OWNER).data[0]
    assert line["description"] == "Watched '=HYPERLINK(1)' 1 min 20 s at 6/min"
    assert line["metadata"]["title"] == "=HYPERLINK(1)"
    spanish = call("wallet.list_entries", caller=OWNER, headers={"accept-language": "es"}).data[0]
    assert spanish["description"] == "Viste '=HYPERLINK(1)' 1 min 20 s a 6/min"
    exported = call("wallet.export_entries", caller=OWNER).text
    assert "Watched '=HYPERLINK(1)' 1 min 20 s at 6/min" in exported
