"""Viewing sessions through their endpoints: join, read, leave, list intervals."""

import uuid
from datetime import timedelta

import pytest

from shared import wallet
from shared.kernel.storage.client import dynamodb
from shared.live import metering
from shared.live.metering.items import ViewingItem, viewing_pk
from shared.live.metering.schemas import MeterTick
from shared.wallet import journal as ledger
from tests import environment
from tests.clock import START
from tests.handlers.live.conftest import OTHER, VIEWER, put_stream
from tests.outbox import sent
from tests.triggers import principal

NOBODY = "00000000-0000-4000-8000-000000000000"
STREAM = {"stream_id": "str_1"}


def fund(amount=100_000, user_id=VIEWER.user_id):
    wallet.deposit(user_id, amount, reference=wallet.Reference("PAYMENT", f"pay_{user_id}"), now=START)


def ticks(session_id, clock, *indexes):
    for index in indexes:
        body = MeterTick(stream_id="str_1", session_id=session_id, interval_index=index, playback_ms=9000 + index)
        metering.charge(VIEWER.user_id, body, now=clock.now())
        clock.advance(seconds=10)


@pytest.fixture
def join(call):
    """Join the stream by a request."""

    def begin(key="one", caller=VIEWER, path=STREAM, seen="10", **request):
        return call("live.join_stream", path=path, caller=caller, key=key, body={"ratePerMinute": seen}, **request)

    return begin


def money(user_id=VIEWER.user_id):
    account = wallet.read_account(user_id)
    return account.available, account.held, account.open_holds


def forget_answers():
    """Lose what was kept of requests, as if the first try had died before it could keep its answer."""
    for row in dynamodb().scan(TableName="test-wellspring-platform")["Items"]:
        if row["pk"]["S"].startswith("IDEMPOTENCY#"):
            key = {"pk": row["pk"], "sk": row["sk"]}
            dynamodb().delete_item(TableName="test-wellspring-platform", Key=key)


@pytest.mark.covers("S-W-36", "S-W-29", "X-W-04")
def test_joining_sets_credits_aside_and_charges_nothing(join):
    put_stream(rate_per_minute=9000)
    fund()
    answer = join()
    session_id = answer.data["sessionId"]
    data = {"sessionId": session_id, "meteringRate": "9", "seenRate": "10", "minimumBalance": "1.5"}
    assert (answer.status, answer.json) == (201, {"data": data, "meta": {}})
    assert str(uuid.UUID(session_id)) == session_id
    assert money() == (28_000, 72_000, 1)


@pytest.mark.covers("S-W-17", "S-W-36", "X-P-01")
def test_one_request_opens_one_session_however_often_it_is_sent(join, clock):
    put_stream()
    fund()
    first = join()
    assert join().text == first.text
    forget_answers()
    clock.advance(seconds=5)
    assert (join().status, join().text) == (201, first.text)
    assert money() == (52_000, 48_000, 1)
    assert join(key="two").data["sessionId"] != first.data["sessionId"]
    assert money() == (52_000, 48_000, 1)


@pytest.mark.covers("S-W-17", "S-W-36")
def test_a_retried_join_that_took_all_the_credits_is_answered_as_the_first(join):
    put_stream()
    fund(5_000)
    first = join()
    forget_answers()
    again = join()
    assert (again.status, again.text) == (201, first.text)


@pytest.mark.covers("S-W-31", "S-W-16", "S-L-19")
@pytest.mark.parametrize(
    ("rate", "balance", "status", "short"),
    [
        (600, 999, 402, {"required": "1", "available": "0.999", "missing": "0.001", "nearestPack": None}),
        (600, 1000, 201, None),
        (600, 50, 402, {"required": "1", "available": "0.05", "missing": "0.95", "nearestPack": None}),
        (9000, 1499, 402, {"required": "1.5", "available": "1.499", "missing": "0.001", "nearestPack": None}),
    ],
)
def test_who_cannot_join_is_told_how_much_is_needed(join, rate, balance, status, short):
    put_stream(rate_per_minute=rate)
    fund(balance)
    answer = join()
    assert answer.status == status
    if status == 402:
        error = {
            "code": "INSUFFICIENT_CREDITS",
            "message": "There are not enough credits.",
            "details": [],
            "requestId": "req-1",
        }
        assert answer.json == {"error": error, "data": short, "meta": {}}
        assert money() == (balance, 0, 0)


@pytest.fixture
def minimum_of_five(monkeypatch):
    """Five credits are needed to start."""
    monkeypatch.setenv("WELLSPRING_MINIMUM_BALANCE", "5000")
    environment.read_anew()
    yield
    monkeypatch.undo()
    environment.read_anew()


@pytest.mark.covers("S-W-31")
def test_the_minimum_balance_is_configuration(join, minimum_of_five):
    put_stream()
    fund(4_999)
    refused = join(key="one")
    short = {"required": "5", "available": "4.999", "missing": "0.001", "nearestPack": None}
    assert (refused.status, refused.data) == (402, short)
    wallet.deposit(VIEWER.user_id, 1, reference=wallet.Reference("PAYMENT", "more"), now=START)
    assert join(key="two").data["minimumBalance"] == "5"


@pytest.mark.covers("S-W-34")
@pytest.mark.parametrize("status", ["SCHEDULED", "PAUSED", "ENDED", "REMOVED"])
def test_only_a_live_stream_is_joined(join, status):
    put_stream(status=status)
    fund()
    answer = join()
    assert (answer.status, answer.code) == (409, "STREAM_PAUSED" if status == "PAUSED" else "STREAM_NOT_LIVE")
    assert money() == (100_000, 0, 0)


def test_a_stream_that_is_not_there_is_told_so(join):
    fund()
    answer = join(path={"stream_id": "str_none"})
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_an_account_that_others_keep_changing_is_unavailable(join, monkeypatch):
    put_stream()
    fund()
    stale = wallet.read_account(VIEWER.user_id)
    wallet.deposit(VIEWER.user_id, 1, reference=wallet.Reference("PAYMENT", "more"), now=START)
    monkeypatch.setattr("shared.wallet.journal.read_account", lambda *_: stale)
    answer = join()
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")


@pytest.mark.covers("S-W-34")
def test_a_stream_that_ends_while_it_is_joined_keeps_nobodys_credits(join, monkeypatch):
    from shared.live.metering import joining

    put_stream()
    fund()
    opened = joining._open

    def end_meanwhile(*arguments):
        opened(*arguments)
        put_stream(status="ENDED")

    monkeypatch.setattr(joining, "_open", end_meanwhile)
    assert join().status == 201
    assert money() == (100_000, 0, 0)


@pytest.fixture
def watching(join, clock):
    """A session with three intervals charged, at 9:30:30."""
    put_stream()
    fund()
    session_id = join().data["sessionId"]
    ticks(session_id, clock, 0, 1, 2)
    return session_id


def summary(session_id, **changes):
    return {
        "sessionId": session_id,
        "streamId": "str_1",
        "status": "ACTIVE",
        "reason": None,
        "startedAt": "2026-03-01T09:30:00.000Z",
        "endedAt": None,
        "intervals": 3,
        "charged": "3",
    } | changes


def test_a_session_shows_what_it_came_to_so_far(call, watching):
    answer = call("live.read_session", path=STREAM | {"session_id": watching}, caller=VIEWER)
    assert (answer.status, answer.json) == (200, {"data": summary(watching), "meta": {}})


@pytest.mark.covers("X-W-04", "S-W-07")
@pytest.mark.covers("X-W-30")
def test_leaving_charges_what_was_watched_and_returns_the_rest_once(call, watching, clock):
    left = summary(watching, status="ENDED", reason="left", endedAt="2026-03-01T09:30:30.000Z")
    for _ in range(3):
        answer = call("live.leave_stream", path=STREAM | {"session_id": watching}, caller=VIEWER)
        assert (answer.status, answer.json) == (200, {"data": left, "meta": {}})
        clock.advance(seconds=5)
    assert money() == (97_000, 0, 0)
    journal = ledger.find(wallet.Reference("METER_EVENT", watching))
    assert journal is not None
    assert journal.postings == {
        "customer:usr_viewer": -3000,
        "platform:revenue": 900,
        "creator:usr_creator": 2100,
    }
    assert sent("live", "ViewingEnded") == [
        {
            "stream_id": "str_1",
            "session_id": watching,
            "user_id": "usr_viewer",
            "reason": "left",
            "charged": 3000,
            "returned": 45_000,
        }
    ]
    answer = call("live.read_session", path=STREAM | {"session_id": watching}, caller=VIEWER)
    assert answer.data == left


def test_leaving_before_the_first_tick_costs_nothing(call, join):
    put_stream()
    fund()
    path = STREAM | {"session_id": join().data["sessionId"]}
    assert call("live.leave_stream", path=path, caller=VIEWER).data["charged"] == "0"
    assert money() == (100_000, 0, 0)
    statement = call("wallet.list_entries", caller=principal("usr_viewer", "wallet:read"))
    assert [entry["type"] for entry in statement.data] == ["DEPOSIT"]


def test_leaving_an_account_that_others_keep_changing_is_unavailable(call, watching, monkeypatch):
    stale = wallet.read_account(VIEWER.user_id)
    wallet.deposit(VIEWER.user_id, 1, reference=wallet.Reference("PAYMENT", "more"), now=START)
    monkeypatch.setattr("shared.wallet.journal.read_account", lambda *_: stale)
    answer = call("live.leave_stream", path=STREAM | {"session_id": watching}, caller=VIEWER)
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")


@pytest.mark.covers("S-W-06")
def test_every_interval_stays_to_be_seen(call, watching, clock):
    expected = [
        {
            "intervalIndex": index,
            "chargedAt": f"2026-03-01T09:30:{10 * index:02d}.000Z",
            "playbackMs": 9000 + index,
            "creditsDebited": "1",
        }
        for index in range(3)
    ]
    path = STREAM | {"session_id": watching}
    answer = call("live.list_intervals", path=path, caller=VIEWER)
    pagination = {"limit": 4320, "hasMore": False, "nextCursor": None}
    assert (answer.status, answer.json) == (200, {"data": expected, "pagination": pagination})
    call("live.leave_stream", path=path, caller=VIEWER)
    assert call("live.list_intervals", path=path, caller=VIEWER).data == expected


@pytest.mark.covers("S-W-06", "D-15")
def test_intervals_of_several_leases_are_listed_in_order(call, watching, clock):
    ticks(watching, clock, *range(3, 100))
    listed = call("live.list_intervals", path=STREAM | {"session_id": watching}, caller=VIEWER).data
    assert [interval["intervalIndex"] for interval in listed] == list(range(100))
    assert listed[99]["chargedAt"] == "2026-03-01T09:46:30.000Z"
    assert [interval["playbackMs"] for interval in listed] == [min(9000 + index, 10_000) for index in range(100)]


def test_a_session_with_a_whole_lease_of_evidence_stays_within_one_write_unit(watching, clock):
    ticks(watching, clock, *range(3, 48))
    key = ViewingItem.key(viewing_pk(watching), "VIEWING")
    stored = dynamodb().get_item(TableName="test-wellspring-live", Key=key)["Item"]
    assert len(stored["evidence"]["L"]) == 48
    # DynamoDB counts names and strings in bytes, a number as about half its digits, a list element with 1 byte more.
    size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in stored.items() if name != "evidence")
    size += sum(len(number["N"]) // 2 + 3 for number in stored["evidence"]["L"])
    assert size < 1024


OWN = ["live.read_session", "live.leave_stream", "live.list_intervals"]


@pytest.mark.parametrize("named", OWN)
def test_someone_elses_session_is_not_there(call, watching, named):
    path = STREAM | {"session_id": watching}
    for caller, where in (
        (OTHER, path),
        (VIEWER, path | {"stream_id": "str_2"}),
        (VIEWER, path | {"session_id": NOBODY}),
    ):
        answer = call(named, path=where, caller=caller)
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
    assert money() == (52_000, 48_000, 1)


@pytest.mark.parametrize("named", [*OWN, "live.join_stream"])
def test_only_who_is_signed_in_and_may_watch_has_sessions(call, watching, named):
    path = STREAM | {"session_id": watching}
    assert call(named, path=path).status == 401
    assert call(named, path=path, refused="suspended").status == 403
    answer = call(named, path=path, caller=principal("usr_viewer", "wallet:read"))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


def test_joins_are_limited(call):
    put_stream()
    body = {"ratePerMinute": "6"}
    for number in range(60):
        call("live.join_stream", path=STREAM, caller=VIEWER, body=body, request_id=f"req-{number}")
    answer = call("live.join_stream", path=STREAM, caller=VIEWER, body=body)
    assert (answer.status, answer.code) == (429, "RATE_LIMIT_EXCEEDED")


def test_the_sessions_of_a_day_end_on_time(join, clock):
    put_stream()
    fund()
    session_id = join().data["sessionId"]
    item = metering.own_viewing("str_1", session_id, VIEWER.user_id)
    assert item.due_at == START + timedelta(seconds=20)
