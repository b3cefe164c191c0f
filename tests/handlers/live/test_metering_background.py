"""What happens to viewing sessions by themselves: the sweep, streams that end, live messages."""

import json
from datetime import timedelta

import pytest

from shared import wallet
from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb
from shared.live import metering
from shared.live.events import StreamEnded
from shared.live.metering.events import BalanceRanLow, ViewingEnded
from shared.live.metering.items import ViewingItem, viewing_pk
from shared.live.metering.schemas import MeterTick
from shared.messaging.message_items import Message
from shared.messaging.templates.variables import given
from tests.clock import START
from tests.handlers.live.conftest import VIEWER, image, put_stream, watch
from tests.triggers import due_event, queue_event, schedule_event, stream_event

DONE = {"batchItemFailures": []}


@pytest.fixture
def session_id(clock):
    """A viewer of a live stream since 9:30:00."""
    put_stream()
    return watch()


def key(session_id):
    return viewing_pk(session_id), "VIEWING"


def tick(session_id, index, clock, *, advance=10.0):
    body = MeterTick(stream_id="str_1", session_id=session_id, interval_index=index, playback_ms=10_000)
    metering.charge(VIEWER.user_id, body, now=clock.now())
    clock.advance(seconds=advance)


def standing(session_id):
    item = metering.own_viewing("str_1", session_id, VIEWER.user_id)
    return item.status, item.ended_reason, item.ended_at, item.charged


def money():
    account = wallet.read_account(VIEWER.user_id)
    return account.available, account.held, account.open_holds


@pytest.mark.covers("X-W-05", "S-W-40")
def test_who_vanished_is_settled_as_of_twenty_seconds_after_they_were_last_seen(invoke, session_id, clock):
    tick(session_id, 0, clock)
    tick(session_id, 1, clock, advance=19.999)
    assert invoke("live.check_viewing", due_event(key(session_id), until=clock.now())) == DONE
    assert standing(session_id)[0] == "ACTIVE"
    clock.advance(hours=1)
    for _ in range(2):
        assert invoke("live.check_viewing", due_event(key(session_id), key(session_id))) == DONE
    assert standing(session_id) == ("ENDED", "abandoned", START + timedelta(seconds=30), 2000)
    assert money() == (98_000, 0, 0)


def test_a_session_that_is_not_there_is_no_matter(invoke):
    assert invoke("live.check_viewing", due_event(key("none"))) == DONE


@pytest.mark.covers("X-W-05")
def test_a_watched_session_is_looked_at_when_its_silence_would_run_out(invoke, session_id, clock, due_queues):
    tick(session_id, 0, clock)
    assert invoke("live.check_viewing", due_event(key(session_id))) == DONE
    (message,) = due_queues.taken()
    assert (message.queue, message.seconds) == ("test-wellspring-due-viewing", 10)
    assert (message.body["pk"], message.body["sk"]) == key(session_id)


def test_checks_of_a_watched_session_do_not_multiply(invoke, session_id, clock, due_queues):
    """A player that ticks for ten minutes, a sweep every minute, its messages delivered in time."""
    waiting, delivered = [], 0
    for second in range(600):
        clock.at = START + timedelta(seconds=second)
        if second % 10 == 0:
            tick(session_id, second // 10, clock, advance=0)
        if second % 60 == 30:
            invoke("live.sweep_viewings", schedule_event())
        waiting += [(second + message.seconds, message.body) for message in due_queues.taken()]
        due = [body for at, body in waiting if at <= second]
        waiting = [(at, body) for at, body in waiting if at > second]
        delivered += len(due)
        for body in due:
            event = due_event((body["pk"], body["sk"]), until=START + timedelta(milliseconds=body["until"] - START_MS))
            assert invoke("live.check_viewing", event) == DONE
    assert standing(session_id)[0] == "ACTIVE"
    assert 10 <= delivered <= 80


START_MS = int(START.timestamp() * 1000)


def test_the_sweep_hands_over_active_sessions_only(invoke, session_id, clock, due_queues):
    left = watch(user_id="usr_other", operation="opn_2")
    metering.leave("str_1", left, "usr_other", now=clock.now())
    invoke("live.sweep_viewings", schedule_event())
    (message,) = due_queues.taken()
    assert (message.body["pk"], message.seconds) == (viewing_pk(session_id), 20)


@pytest.mark.covers("X-W-05")
def test_the_longest_session_is_settled_after_twelve_hours(invoke, session_id, clock):
    clock.advance(hours=12, milliseconds=1)
    changes = {":seen": {"N": str(int(clock.now().timestamp() * 1000))}}
    dynamodb().update_item(
        TableName=ViewingItem.table(),
        Key=ViewingItem.key(*key(session_id)),
        UpdateExpression="SET last_seen = :seen",
        ExpressionAttributeValues=changes,
    )
    assert invoke("live.check_viewing", due_event(key(session_id))) == DONE
    assert standing(session_id)[:2] == ("ENDED", "expired")


@pytest.mark.covers("S-W-34")
def test_the_sweep_settles_who_watches_a_stream_that_is_over(invoke, session_id, clock):
    tick(session_id, 0, clock)
    put_stream(status="ENDED")
    assert invoke("live.check_viewing", due_event(key(session_id))) == DONE
    assert standing(session_id)[:2] == ("ENDED", "stream_ended")
    assert money()[1:] == (0, 0)


@pytest.mark.covers("S-W-34")
def test_a_stream_that_ends_settles_everyone_as_of_then(invoke, session_id, clock):
    event = StreamEnded(stream_id="str_1", creator_id="usr_creator", ended_at=START + timedelta(seconds=15))
    other = watch(user_id="usr_other", operation="opn_2")
    left = watch(user_id="usr_third", operation="opn_3")
    metering.leave("str_1", left, "usr_third", now=clock.now())
    for index in range(4):
        tick(session_id, index, clock)
    put_stream(status="ENDED", ended_at=event.ended_at)
    for _ in range(2):
        assert invoke("live.settle_stream", queue_event(event)) == DONE
    assert standing(session_id) == ("ENDED", "stream_ended", START + timedelta(seconds=15), 2000)
    assert money() == (98_000, 0, 0)
    assert metering.own_viewing("str_1", other, "usr_other").charged == 0
    assert metering.own_viewing("str_1", left, "usr_third").ended_reason == "left"


@pytest.mark.covers("S-W-34")
def test_nothing_is_charged_past_the_end_of_the_stream_across_leases(invoke, session_id, clock):
    """The stream ends 5 s before the last interval of a lease; the event comes after the lease was renewed."""
    for index in range(49):
        tick(session_id, index, clock)
    ended_at = START + timedelta(seconds=465)
    event = StreamEnded(stream_id="str_1", creator_id="usr_creator", ended_at=ended_at)
    put_stream(status="ENDED", ended_at=ended_at)
    assert invoke("live.settle_stream", queue_event(event)) == DONE
    assert standing(session_id) == ("ENDED", "stream_ended", ended_at, 47_000)


@pytest.mark.covers("X-W-05")
def test_a_session_whose_hold_expired_ends_and_charges_nothing(invoke, session_id, clock):
    tick(session_id, 0, clock)
    clock.advance(hours=14)
    hold = (f"ACCOUNT#{VIEWER.user_id}", f"HOLD#{session_id}")
    assert invoke("wallet.expire_hold", due_event(hold)) == DONE
    assert invoke("live.check_viewing", due_event(key(session_id))) == DONE
    assert standing(session_id)[::3] == ("ENDED", 0)
    assert money() == (100_000, 0, 0)


@pytest.mark.covers("S-W-25")
def test_a_tick_moves_the_balance_live(invoke, told, session_id, clock):
    before = image(metering.own_viewing("str_1", session_id, VIEWER.user_id))
    tick(session_id, 0, clock)
    after = image(metering.own_viewing("str_1", session_id, VIEWER.user_id))
    invoke("live.push_tick", stream_event("live", (before, after)))
    data = {"balance": "99", "available": "52", "held": "47", "watching": "1", "level": "green"}
    data |= {"asOf": "2026-03-01T09:30:10.000Z"}
    assert told == [("user:usr_viewer", "balance.changed", data)]


@pytest.mark.covers("S-W-38")
def test_the_warning_comes_with_the_tick_that_crosses_the_threshold_and_only_then(invoke, told, session_id, clock):
    images = []
    for index in range(53):
        images.append(image(metering.own_viewing("str_1", session_id, VIEWER.user_id)))
        if index in (50, 51):
            told.clear()
        tick(session_id, index, clock)
        new = image(metering.own_viewing("str_1", session_id, VIEWER.user_id))
        invoke("live.push_tick", stream_event("live", (images[-1], new)))
        if index == 50:
            low = {"sessionId": session_id, "remainingCredits": "49", "secondsLeft": 490}
            assert told[1:] == [("user:usr_viewer", "balance.low", low)]
            assert (told[0][1], told[0][2]["level"]) == ("balance.changed", "yellow")
    assert [kind for _, kind, _ in told] == ["balance.changed"] * 2
    assert _told_low() == [{"user_id": VIEWER.user_id, "session_id": session_id, "index": 50, "balance": 49_000}]


def _told_low():
    items = dynamodb().scan(TableName=settings().table("live"))["Items"]
    return [json.loads(item["data"]["S"]) for item in items if item.get("type") == {"S": "BalanceRanLow"}]


def test_a_balance_that_ran_low_is_told_in_the_product_and_by_mail_once(invoke):
    event = BalanceRanLow(user_id=VIEWER.user_id, session_id="ses", index=50, balance=49_500)
    for _ in range(2):
        assert invoke("live.warn_low_balance", queue_event(event)) == DONE
    items = dynamodb().scan(TableName=settings().table("messaging"))["Items"]
    first, second = sorted(
        (Message.load(item) for item in items if item["sk"]["S"] == Message.SK), key=lambda one: one.channels[0]
    )
    assert (first.channels, second.channels) == (["EMAIL"], ["IN_APP"])
    assert first.companion_of == second.message_id
    for message in (first, second):
        assert (message.recipient_id, message.category, message.template) == (
            VIEWER.user_id,
            "balance",
            "balance.low",
        )
        assert given(message.variables) == {"balance": "49.5"}


@pytest.mark.covers("S-W-25")
def test_a_tick_that_is_told_after_its_session_was_settled_is_not_taken_off_twice(invoke, told, session_id, clock):
    before = image(metering.own_viewing("str_1", session_id, VIEWER.user_id))
    tick(session_id, 0, clock)
    after = image(metering.own_viewing("str_1", session_id, VIEWER.user_id))
    metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now())
    invoke("live.push_tick", stream_event("live", (before, after)))
    assert told == []


def test_a_new_session_is_no_tick(invoke, told, session_id):
    item = metering.own_viewing("str_1", session_id, VIEWER.user_id)
    invoke("live.push_tick", stream_event("live", (None, image(item))))
    assert told == []


@pytest.mark.covers("S-W-37")
@pytest.mark.parametrize("reason", ["left", "exhausted", "taken_over"])
def test_the_end_is_told_with_what_was_charged_and_came_back(invoke, told, session_id, reason):
    event = ViewingEnded(
        stream_id="str_1", session_id=session_id, user_id="usr_viewer", reason=reason, charged=3000, returned=45_000
    )
    assert invoke("live.announce_viewing_end", queue_event(event)) == DONE
    ids = {"sessionId": session_id, "streamId": "str_1"}
    named = {"exhausted": "credits.exhausted", "taken_over": "session.replaced"}
    first = [("user:usr_viewer", named[reason], ids)] if reason in named else []
    assert told == [
        *first,
        ("user:usr_viewer", "viewing.ended", ids | {"reason": reason, "charged": "3", "returned": "45"}),
        (
            "user:usr_viewer",
            "balance.changed",
            {
                "balance": "100",
                "available": "52",
                "held": "48",
                "watching": "0",
                "level": "green",
                "asOf": "2026-03-01T09:30:00.000Z",
            },
        ),
    ]
