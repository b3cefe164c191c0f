"""What creators earn by the version of the share that a session began with, and viewings whose hold is voided."""

import pytest

from shared import wallet
from shared.kernel.storage.writes import Update, commit
from shared.live import metering
from shared.live.metering.items import VIEWING_SK, ViewingItem, viewing_pk
from shared.live.metering.schemas import MeterTick
from shared.live.metering.sessions import read_viewing
from shared.wallet import journal as ledger
from shared.wallet.events import HoldVoided
from tests import environment
from tests.handlers.live.conftest import SEEN, VIEWER, put_stream, watch
from tests.outbox import sent
from tests.triggers import principal, queue_event

ADMIN = principal("usr_admin", "wallet:reconcile")


def agree(monkeypatch, agreed):
    monkeypatch.setenv("WELLSPRING_CREATOR_SHARES", agreed)
    environment.read_anew()


@pytest.fixture(autouse=True)
def _settings():
    yield
    environment.read_anew()


def earned(session_id, user_id):
    """Return what creator and platform got of a session."""
    posted = ledger.find(wallet.Reference("METER_EVENT", session_id))
    return {name.partition(":")[2]: amount for name, amount in posted.postings.items() if name != f"customer:{user_id}"}


def tick(session_id, user_id, now):
    body = MeterTick(stream_id="str_1", session_id=session_id, interval_index=0, playback_ms=9000)
    metering.charge(user_id, body, now=now)


@pytest.mark.covers("X-W-30")
def test_a_session_keeps_the_share_it_began_with_when_another_takes_effect(clock, monkeypatch):
    agree(monkeypatch, "1=700@2026-01-01T00:00:00Z 2=655@2026-03-01T09:30:05Z")
    put_stream(rate_per_minute=6001)
    early = watch(user_id="usr_early", operation="early")
    tick(early, "usr_early", clock.now())
    clock.advance(seconds=5)
    late = watch(user_id="usr_late", operation="late", now=clock.now())
    tick(late, "usr_late", clock.now())
    # Whatever is configured later, both keep what they began with.
    agree(monkeypatch, "3=100@2026-01-01T00:00:00Z")
    for session_id, user_id in ((early, "usr_early"), (late, "usr_late")):
        metering.leave("str_1", session_id, user_id, now=clock.now())
    kept = [(read_viewing(one).share_version, read_viewing(one).share_permille) for one in (early, late)]
    assert kept == [(1, 700), (2, 655)]
    assert earned(early, "usr_early") == {"usr_creator": 700, "revenue": 301}
    assert earned(late, "usr_late") == {"usr_creator": 655, "revenue": 346}


@pytest.mark.covers("X-W-30")
def test_a_session_from_before_shares_were_kept_has_the_one_of_its_time(clock):
    put_stream(rate_per_minute=6001)
    session_id = watch()
    tick(session_id, VIEWER.user_id, clock.now())
    unkept = [ViewingItem.share_version.remove(), ViewingItem.share_permille.remove()]
    commit(Update(ViewingItem, viewing_pk(session_id), VIEWING_SK, unkept))
    metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now())
    assert earned(session_id, VIEWER.user_id) == {"usr_creator": 700, "revenue": 301}


@pytest.mark.covers("X-W-36")
def test_a_viewing_whose_hold_was_voided_ends_without_a_charge(call, invoke, clock):
    put_stream()
    session_id = watch()
    tick(session_id, VIEWER.user_id, clock.now())
    path = {"user_id": VIEWER.user_id, "hold_id": session_id}
    assert call("wallet.void_hold", path=path, body={"reason": "Ticket 4711"}, caller=ADMIN).status == 200
    (event,) = sent("wallet", "HoldVoided")
    for _ in range(2):
        done = invoke("live.end_voided_viewing", queue_event(HoldVoided(**event)))
        assert done == {"batchItemFailures": []}
    ended = read_viewing(session_id)
    assert (ended.status, ended.ended_reason, ended.charged, ended.watching_stream) == ("ENDED", "voided", 0, None)
    account = wallet.read_account(VIEWER.user_id)
    assert (account.available, account.held, account.open_holds) == (100_000, 0, 0)
    assert [told["reason"] for told in sent("live", "ViewingEnded")] == ["voided"]
    # They may watch again, with another session.
    again = metering.join("str_1", VIEWER.user_id, operation="again", seen=SEEN, now=clock.now())
    assert again.session_id != session_id


def test_a_voided_hold_of_no_viewing_ends_nothing(invoke):
    event = HoldVoided(user_id="usr_viewer", hold_id="other", amount=1, reason="Ticket", admin_id="usr_admin")
    assert invoke("live.end_voided_viewing", queue_event(event)) == {"batchItemFailures": []}
    assert sent("live", "ViewingEnded") == []
