"""What happens to wallets without anybody asking: opening, expiry, projection, the invariant check, live messages."""

from datetime import timedelta

import pytest

from shared.identity.events import EmailVerified
from shared.kernel.clock import to_ms
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from shared.wallet import books, reconciliation, rules
from shared.wallet.events import CreditsAdjusted, CreditsDeposited, HoldExpired
from shared.wallet.items import AuditItem
from tests.clock import START
from tests.door import calls_made
from tests.handlers.wallet.conftest import ADMIN, VIEWER, deposit, falsify, hold, rows, settle
from tests.outbox import sent
from tests.triggers import due_event, queue_event, schedule_event, stream_event

HOLD = ("ACCOUNT#usr_viewer", "HOLD#hold_1")
DONE = {"batchItemFailures": []}


def account(call):
    data = call("wallet.read_balance", caller=VIEWER).data
    return data["available"], data["held"], data["pendingTransactions"]


@pytest.mark.covers("S-W-01")
def test_a_new_user_gets_one_empty_account(invoke):
    event = queue_event(EmailVerified(user_id="usr_viewer"))
    for _ in range(3):
        assert invoke("wallet.open_account", event) == DONE
    (row,) = rows("ACCOUNT#")
    assert {name: row[name] for name in ("pk", "version", "available", "held", "sequence")} == {
        "pk": {"S": "ACCOUNT#usr_viewer"},
        "version": {"N": "1"},
        "available": {"N": "0"},
        "held": {"N": "0"},
        "sequence": {"N": "0"},
    }
    at = {"N": str(to_ms(START))}
    assert (row["created_at"], row["updated_at"]) == (at, at)


@pytest.mark.covers("S-W-01")
def test_an_account_tells_since_when_it_is_and_when_it_last_changed(call, invoke, clock):
    invoke("wallet.open_account", queue_event(EmailVerified(user_id="usr_viewer")))
    clock.advance(seconds=60)
    deposit("pay_1", 5000)
    clock.advance(seconds=60)
    hold("hold_1", 1000)
    data = call("wallet.read_balance", caller=VIEWER).data
    assert (data["createdAt"], data["updatedAt"]) == ("2026-03-01T09:30:00.000Z", "2026-03-01T09:32:00.000Z")


@pytest.mark.covers("S-W-01")
def test_registering_late_takes_nothing_away(call, invoke):
    deposit("pay_1", 5000)
    assert invoke("wallet.open_account", queue_event(EmailVerified(user_id="usr_viewer"))) == DONE
    assert account(call) == ("5", "0", 0)


@pytest.mark.covers("X-W-05")
def test_a_hold_that_nobody_settled_comes_back_once(call, invoke, clock):
    deposit("pay_1", 100_000)
    hold("hold_1", 40_000)
    clock.advance(hours=1)
    for _ in range(2):
        assert invoke("wallet.expire_hold", due_event(HOLD, HOLD)) == DONE
    assert account(call) == ("100", "0", 0)
    assert sent("wallet", "HoldExpired") == [{"user_id": "usr_viewer", "hold_id": "hold_1", "amount": 40_000}]
    newest, _ = call("wallet.list_entries", caller=VIEWER).data
    assert (newest["type"], newest["amount"], newest["balanceAfter"], newest["sequence"]) == ("RELEASE", "0", "100", 2)
    assert (newest["referenceType"], newest["referenceId"]) == ("HOLD_EXPIRED", "usr_viewer#hold_1")
    assert newest["metadata"] == {"released": "40", "purpose": "test"}
    found = call("wallet.list_entries", query={"type": "RELEASE"}, caller=VIEWER).data
    assert [entry["sequence"] for entry in found] == [2]


@pytest.mark.covers("X-W-05")
def test_a_hold_that_is_not_due_stays(call, invoke, clock):
    deposit("pay_1", 100_000)
    hold("hold_1", 40_000)
    clock.advance(minutes=59, seconds=59)
    assert invoke("wallet.expire_hold", due_event(HOLD, ("ACCOUNT#usr_viewer", "HOLD#none"))) == DONE
    assert account(call) == ("60", "40", 1)


def test_a_settled_hold_does_not_expire(call, invoke, clock):
    deposit("pay_1", 100_000)
    hold("hold_1", 40_000)
    settle("hold_1", 40_000, 10_000)
    clock.advance(hours=2)
    assert invoke("wallet.expire_hold", due_event(HOLD)) == DONE
    assert account(call) == ("90", "0", 0)
    assert sent("wallet", "HoldExpired") == []


@pytest.mark.covers("X-W-05")
def test_the_sweep_hands_over_what_is_due_with_the_delay_that_is_left(invoke, clock, due_queues):
    deposit("pay_1", 100_000)
    hold("hold_1", 1000, at=START - timedelta(minutes=1))
    hold("hold_2", 1000)
    hold("hold_3", 1000, at=START + timedelta(minutes=5))
    settle("hold_2", 1000, 1)
    invoke("wallet.sweep_holds", schedule_event())
    assert due_queues.taken() == []
    clock.advance(minutes=58, seconds=30)
    invoke("wallet.sweep_holds", schedule_event())
    (message,) = due_queues.taken()
    assert (message.queue, message.seconds) == ("test-wellspring-due-hold", 30)
    assert (message.body["pk"], message.body["sk"]) == HOLD


def test_a_sweep_whose_messages_are_refused_fails_and_the_next_finds_them_again(invoke, clock, due_queues):
    deposit("pay_1", 100_000)
    hold("hold_1", 1000)
    clock.advance(hours=2)
    due_queues.refusing = True
    with pytest.raises(RuntimeError, match="refused"):
        invoke("wallet.sweep_holds", schedule_event())
    due_queues.refusing = False
    invoke("wallet.sweep_holds", schedule_event())
    assert [message.seconds for message in due_queues.taken()] == [0]


def inserted():
    """The journal's transactions as the stream tells of them, in the order of their entries."""
    return sorted(rows("TXN#"), key=lambda row: row["entry_sk"]["S"])


@pytest.fixture
def spent():
    """100 credits bought, 10 given, 20 of 30 set aside used."""
    deposit("pay_1", 100_000, bonus=10_000)
    hold("hold_1", 30_000)
    settle("hold_1", 30_000, 20_000)


def platform():
    names = (rules.CLEARING, rules.PROMOTIONS, rules.REVENUE, rules.creator("usr_creator"))
    return [books.account_balance(name) for name in names]


@pytest.mark.covers("X-W-30", "X-W-01")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (2,), (0, 0, 2, 1, 1, 2), (1, 2, 0)])
def test_platform_accounts_follow_the_journal_in_any_order_and_count_everything_once(invoke, spent, order):
    images = inserted()
    invoke("wallet.project_platform_accounts", stream_event("wallet", *((None, images[number]) for number in order)))
    assert platform() == [-100_000, -10_000, 6_000, 14_000]
    assert sum(platform()) + 90_000 == 0


TRIAL = {
    "customers": "90",
    "creators": "14",
    "platform:clearing": "-100",
    "platform:promotions": "-10",
    "platform:revenue": "6",
    "platform:adjustments": "0",
    "platform:breakage": "0",
    "platform:receivables": "0",
}


@pytest.mark.covers("X-W-01")
@pytest.mark.parametrize("order", [(0, 1, 2), (2,), (1, 2, 0, 0)])
def test_staff_read_a_trial_balance_of_every_named_account_that_is_zero(call, invoke, spent, order):
    assert call("wallet.read_trial_balance", caller=ADMIN).data["transactions"] == 0
    images = inserted()
    invoke("wallet.project_platform_accounts", stream_event("wallet", *((None, images[number]) for number in order)))
    answer = call("wallet.read_trial_balance", caller=ADMIN)
    assert (answer.status, answer.data["total"], answer.data["transactions"]) == (200, "0", 3)
    assert {line["name"]: line["balance"] for line in answer.data["accounts"]} == TRIAL


@pytest.mark.covers("X-W-01")
def test_a_trial_balance_holds_the_customers_of_every_shard_and_costs_one_read(call, invoke):
    for number in range(40):
        deposit(f"pay_{number}", 1000, user_id=f"usr_{number}")
    invoke("wallet.project_platform_accounts", stream_event("wallet", *((None, image) for image in inserted())))
    assert len({row["pk"]["S"] for row in rows("BOOKS#")}) == 8
    with calls_made() as made:
        answer = call("wallet.read_trial_balance", caller=ADMIN)
    assert [name for name in made if name != "UpdateItem"] == ["BatchGetItem"]
    lines = {line["name"]: line["balance"] for line in answer.data["accounts"]}
    assert (lines["customers"], lines["platform:clearing"], answer.data["total"]) == ("40", "-40", "0")


def test_a_projection_that_lost_a_transaction_stops_there(invoke, spent):
    first, second, third = inserted()
    key = {"pk": second["pk"], "sk": second["sk"]}
    dynamodb().delete_item(TableName="test-wellspring-wallet", Key=key)
    with pytest.raises(LookupError, match="no journal transaction"):
        invoke("wallet.project_platform_accounts", stream_event("wallet", (None, first), (None, third)))


@pytest.mark.covers("X-W-02")
def test_the_invariant_check_reports_what_drifted_and_corrects_nothing(invoke):
    deposit("pay_1", 100_000)
    for number in range(12):
        deposit(f"pay_other_{number}", 1000, user_id=f"usr_{number}")
    invoke("wallet.check_invariants", schedule_event())
    assert sent("wallet", "DriftFound") == []
    falsify(available=103_000, held=2_000)
    before = rows("ACCOUNT#")
    invoke("wallet.check_invariants", schedule_event())
    assert sent("wallet", "DriftFound") == [
        {"user_id": "usr_viewer", "balance_drift": 5000, "held_drift": 2000, "booked_drift": 0}
    ]
    assert rows("ACCOUNT#") == before
    audit = reads.get(AuditItem, "AUDIT", "CURSOR")
    assert audit is not None
    assert (audit.checked, audit.drifted, audit.shard, audit.after, audit.ran_at) == (13, 1, 0, None, START)


def plant(pk, sk, name, amount):
    """Change a stored amount behind the wallet's back."""
    dynamodb().update_item(
        TableName="test-wellspring-wallet",
        Key={"pk": {"S": pk}, "sk": {"S": sk}},
        UpdateExpression="ADD #n :v",
        ExpressionAttributeNames={"#n": name},
        ExpressionAttributeValues={":v": {"N": str(amount)}},
    )


@pytest.fixture
def booked(invoke, spent):
    """The books follow what was spent; returns where they are."""
    invoke("wallet.project_platform_accounts", stream_event("wallet", *((None, image) for image in inserted())))
    (pk,) = {row["pk"]["S"] for row in rows("BOOKS#")}
    return pk


@pytest.fixture
def drifted(monkeypatch):
    """What each run of the check counted as drifted."""
    seen = []

    class Metrics:
        def add_metric(self, name, unit, value):
            if name == reconciliation.DRIFT_METRIC:
                seen.append(value)

    monkeypatch.setattr(reconciliation, "metrics", Metrics)
    return seen


@pytest.mark.covers("X-W-02")
@pytest.mark.parametrize(
    ("sk", "name"),
    [
        ("TOTALS", "revenue"),
        ("TOTALS", "clearing"),
        ("TOTALS", "customers"),
        ("TOTALS", "creators"),
        ("CREATOR#usr_creator", "balance"),
        ("CREATOR#usr_nobody", "balance"),
    ],
)
def test_accounts_that_do_not_sum_to_zero_raise_the_alarm_and_nothing_is_touched(invoke, booked, drifted, sk, name):
    invoke("wallet.check_invariants", schedule_event())
    plant(booked, sk, name, 1)
    before = [*rows("BOOKS#"), *rows("ACCOUNT#"), *rows("TXN#")]
    invoke("wallet.check_invariants", schedule_event())
    assert drifted == [0, 1]
    assert [*rows("BOOKS#"), *rows("ACCOUNT#"), *rows("TXN#")] == before


@pytest.mark.covers("X-W-02")
def test_a_wallet_that_the_books_counted_otherwise_raises_the_alarm(call, invoke, booked, drifted):
    plant("ACCOUNT#usr_viewer", "BOOKED", "balance", 5)
    invoke("wallet.check_invariants", schedule_event())
    assert drifted == [1]
    assert [event["booked_drift"] for event in sent("wallet", "DriftFound")] == [5]
    body = {"userId": "usr_viewer", "apply": True, "reason": "Ticket 4711"}
    assert call("wallet.reconcile_wallet", body=body, caller=ADMIN).code == "NOT_CORRECTABLE"


@pytest.mark.covers("X-W-02")
def test_wallets_that_the_books_follow_late_are_sound(invoke, booked, drifted):
    deposit("pay_2", 7000)
    invoke("wallet.check_invariants", schedule_event())
    assert drifted == [0]


@pytest.mark.covers("X-W-16")
def test_a_gap_in_the_entries_is_a_drift(invoke):
    deposit("pay_1", 100_000)
    falsify(sequence=2)
    invoke("wallet.check_invariants", schedule_event())
    assert sent("wallet", "DriftFound") == [
        {"user_id": "usr_viewer", "balance_drift": 0, "held_drift": 0, "booked_drift": 0}
    ]


@pytest.mark.covers("S-W-25")
@pytest.mark.parametrize(
    "event",
    [
        CreditsDeposited(
            user_id="usr_viewer", amount=1, balance=1, available=1, reference_type="PAYMENT", reference_id="pay_1"
        ),
        CreditsAdjusted(user_id="usr_viewer", amount=1, balance=1, reason="Ticket 4711", admin_id="usr_admin"),
        HoldExpired(user_id="usr_viewer", hold_id="hold_1", amount=1),
    ],
)
def test_the_owner_hears_what_they_have_now(invoke, told, event):
    deposit("pay_1", 60_000)
    hold("hold_1", 12_500)
    assert invoke("wallet.push_balance", queue_event(event)) == DONE
    data = {
        "balance": "60",
        "available": "47.5",
        "held": "12.5",
        "watching": "0",
        "level": "green",
        "asOf": "2026-03-01T09:30:00.000Z",
    }
    assert told == [("user:usr_viewer", "balance.changed", data)]
