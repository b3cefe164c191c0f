"""Holds voided by an administrator: once, with a reason, never one's own, never too much alone."""

import pytest

from shared import wallet
from shared.wallet import journal
from tests import environment
from tests.calls import Answer, Call
from tests.clock import FixedClock
from tests.handlers.wallet.conftest import ADMIN, VIEWER, deposit, hold, rows, settle
from tests.handlers.wallet.test_administration import forget_answers
from tests.outbox import sent
from tests.triggers import principal

REASON = "Ticket 4711: the player hangs"
VOIDED = {"holdId": "hold_1", "userId": "usr_viewer", "status": "VOIDED", "amount": "30"}


@pytest.fixture(autouse=True)
def _held(aws: None) -> None:
    deposit("pay_1", 100_000)
    hold("hold_1", 30_000)


def void(
    call: Call, hold_id: str = "hold_1", user_id: str = "usr_viewer", key: str = "one", **request: object
) -> Answer:
    return call(
        "wallet.void_hold",
        path={"user_id": user_id, "hold_id": hold_id},
        body={"reason": REASON},
        key=key,
        **{"caller": ADMIN} | request,
    )


def money() -> tuple[int, int, int]:
    account = journal.read_account("usr_viewer")
    return account.available, account.held, account.open_holds


@pytest.mark.covers("X-W-36")
def test_an_administrator_voids_an_open_hold_and_everything_comes_back(call: Call) -> None:
    answer = void(call)
    assert (answer.status, answer.data) == (200, VOIDED | {"closedAt": "2026-03-01T09:30:00.000Z"})
    assert money() == (100_000, 0, 0)
    newest = call("wallet.list_entries", caller=VIEWER).data[0]
    assert (newest["type"], newest["amount"], newest["balanceAfter"]) == ("RELEASE", "0", "100")
    assert newest["metadata"] == {"released": "30", "purpose": "test", "reason": REASON, "adminId": "usr_admin"}
    told = {"user_id": "usr_viewer", "hold_id": "hold_1", "amount": 30_000, "reason": REASON, "admin_id": "usr_admin"}
    assert sent("wallet", "HoldVoided") == [told]


@pytest.mark.covers("X-W-36")
def test_a_request_to_void_has_its_effect_once_and_another_is_refused(call: Call) -> None:
    first = void(call)
    before = rows("ACCOUNT#")
    assert void(call).data == first.data
    forget_answers()
    assert void(call).data == first.data
    assert (void(call, key="two").status, rows("ACCOUNT#")) == (409, before)
    assert len(sent("wallet", "HoldVoided")) == 1


@pytest.mark.covers("X-W-36")
def test_what_was_settled_or_expired_is_not_voided(call: Call, clock: FixedClock) -> None:
    settle("hold_1", 30_000, 10_000)
    assert void(call).status == 409
    hold("hold_2", 1000)
    clock.advance(hours=2)
    journal.expire_hold("ACCOUNT#usr_viewer", "HOLD#hold_2", now=clock.now())
    assert void(call, "hold_2", key="two").status == 409
    assert money() == (90_000, 0, 0)


@pytest.mark.covers("X-W-36")
def test_what_was_voided_is_neither_settled_nor_expired(call: Call, clock: FixedClock) -> None:
    void(call)
    with pytest.raises(wallet.errors.HoldClosed):
        settle("hold_1", 30_000, 10_000)
    clock.advance(hours=2)
    journal.expire_hold("ACCOUNT#usr_viewer", "HOLD#hold_1", now=clock.now())
    assert (money(), sent("wallet", "HoldExpired")) == ((100_000, 0, 0), [])


@pytest.mark.covers("X-W-36")
def test_a_hold_that_was_extended_meanwhile_is_voided_with_all_it_holds(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, size = journal.find_hold, wallet.HoldSize(want=5000, unit=5000)

    def slow(user_id: str, hold_id: str) -> object:
        found = read(user_id, hold_id)
        if found.amount == 30_000:
            wallet.extend_hold(user_id, hold_id, size, held=30_000, beside=lambda *_: ())
        return found

    monkeypatch.setattr(journal, "find_hold", slow)
    assert void(call).data["amount"] == "35"
    assert money() == (100_000, 0, 0)


@pytest.mark.covers("X-O-05")
def test_debits_and_expired_holds_are_counted_once(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []

    class Counted:
        def add_metric(self, name: str, unit: object, value: float) -> None:
            counted.append(name)

    monkeypatch.setattr(journal, "metrics", Counted)
    settle("hold_1", 30_000, 10_000)
    hold("hold_2", 1000)
    settle("hold_2", 1000, 0)
    hold("hold_3", 1000)
    clock.advance(hours=2)
    for _ in range(2):
        journal.expire_hold("ACCOUNT#usr_viewer", "HOLD#hold_3", now=clock.now())
    assert counted == [journal.DEBITS_METRIC, journal.EXPIRED_METRIC]


def test_only_a_hold_of_that_user_is_voided(call: Call) -> None:
    assert void(call, "hold_9").status == 404
    assert void(call, user_id="usr_other", key="two").status == 404


def test_nobody_voids_in_their_own_wallet_and_only_administrators_do(call: Call) -> None:
    own = principal("usr_viewer", "wallet:reconcile")
    assert void(call, caller=own).code == "FORBIDDEN"
    assert void(call, caller=VIEWER).status == 403
    assert money() == (70_000, 30_000, 1)


@pytest.mark.parametrize(("cap", "daily"), [("29", "2000"), ("500", "29")])
def test_too_much_for_one_person_is_not_voided(
    cap: str, daily: str, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLSPRING_ADJUSTMENT_CAP", cap)
    monkeypatch.setenv("WELLSPRING_ADJUSTMENT_DAILY_CAP", daily)
    environment.read_anew()
    answer = void(call)
    environment.read_anew()
    assert (answer.status, answer.code) == (403, "VOID_TOO_LARGE")
    assert money() == (70_000, 30_000, 1)
