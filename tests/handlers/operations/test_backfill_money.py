"""Stored money is brought to how it is kept now: shown on items exactly as they were written before."""

import argparse
from datetime import timedelta
from typing import Any

import pytest

from infra.operations import backfill
from shared import wallet
from shared.kernel.clock import to_ms
from shared.kernel.names import table_name
from shared.kernel.storage.client import dynamodb
from shared.payments import rules
from shared.wallet import books
from tests.calls import Invoke
from tests.clock import START, FixedClock
from tests.handlers.conftest import STAGE
from tests.outbox import sent
from tests.queues import DueQueues
from tests.triggers import schedule_event

AT = {"N": str(to_ms(START))}


def _put(domain: str, pk: str, sk: str, **attributes: Any) -> None:
    dynamodb().put_item(TableName=table_name(STAGE, domain), Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})


def _rows(domain: str) -> list[dict[str, Any]]:
    found = dynamodb().scan(TableName=table_name(STAGE, domain), ConsistentRead=True)["Items"]
    return sorted(found, key=lambda row: (row["pk"]["S"], row["sk"]["S"]))


def _run(name: str) -> list[str]:
    return backfill.run(argparse.Namespace(name=name)).splitlines()


def _price(code: str, amount: int, *, active: bool = True, deleted: bool = False) -> None:
    """Write a pack as the shop did when it asked for no minimum."""
    _put(
        "payments",
        "SHOP",
        f"PRICE#prc_{code}",
        product_code={"S": code},
        credits={"N": "10000"},
        bonus_credits={"N": "0"},
        amount={"N": str(amount)},
        currency={"S": "USD"},
        active={"BOOL": active},
        featured={"BOOL": False},
        deleted={"BOOL": deleted},
        version={"N": "4"},
        created_by={"S": "op_1"},
    )


def _payment(payment_id: str, status: str) -> None:
    """Write a purchase as checkout did before the provider was asked about any."""
    _put(
        "payments",
        f"PAYMENT#{payment_id}",
        "PAYMENT",
        user_id={"S": "usr_viewer"},
        price_id={"S": "prc_1"},
        product_code={"S": "credits-100"},
        credits={"N": "100000"},
        bonus_credits={"N": "0"},
        amount={"N": "999"},
        currency={"S": "USD"},
        provider={"S": "STRIPE"},
        provider_ref={"S": f"cs_{payment_id}"},
        checkout_url={"S": "https://checkout.stripe.com/c/pay/cs_1"},
        status={"S": status},
        created_at=AT,
    )


def test_packs_that_the_provider_does_not_take_go_off_sale_and_are_named(clock: FixedClock) -> None:
    _price("small", 49)
    _price("large", 50)
    _price("resting", 1, active=False)
    _price("gone", 1, deleted=True)
    assert _run("prices") == [
        "payments PriceItem: 3 as they should be, 1 taken off sale: tell whoever sells them",
        "  PRICE#prc_small",
    ]
    rows = {row["sk"]["S"]: row for row in _rows("payments") if row["pk"]["S"] == "SHOP"}
    assert (rows["PRICE#prc_small"]["active"], rows["PRICE#prc_small"]["version"]) == ({"BOOL": False}, {"N": "5"})
    assert rows["PRICE#prc_large"]["active"] == {"BOOL": True}
    (told,) = sent("payments", "PriceSet")
    assert (told["product_code"], told["active"], told["version"], told["admin_id"]) == ("small", False, 5, "backfill")
    before = _rows("payments")
    assert _run("prices") == ["payments PriceItem: 4 as they should be"]
    assert _rows("payments") == before


def test_old_purchases_that_wait_are_asked_after(clock: FixedClock, invoke: Invoke, due_queues: DueQueues) -> None:
    _payment("pay_old", "PENDING")
    _payment("pay_done", "SUCCEEDED")
    clock.advance(days=2)
    invoke("payments.sweep_payments", schedule_event())
    assert due_queues.taken() == []
    assert _run("payments") == ["payments PaymentItem: 1 as they should be, 1 moved"]
    rows = {row["pk"]["S"]: row for row in _rows("payments")}
    assert rows["PAYMENT#pay_old"]["due_at"] == {"N": str(to_ms(START + rules.ASK_FIRST))}
    assert "due_at" not in rows["PAYMENT#pay_done"]
    before = _rows("payments")
    assert _run("payments") == ["payments PaymentItem: 2 as they should be"]
    assert _rows("payments") == before
    invoke("payments.sweep_payments", schedule_event())
    assert [message.body["pk"] for message in due_queues.taken()] == ["PAYMENT#pay_old"]


@pytest.mark.covers("X-W-01")
def test_the_books_are_written_up_from_a_journal_older_than_they_are(clock: FixedClock) -> None:
    for user in ("usr_1", "usr_2"):
        wallet.deposit(user, 5000, reference=wallet.Reference("PAYMENT", user), bonus=500, now=START)
    wallet.open_hold(
        "usr_1",
        "hold_1",
        wallet.HoldSize(want=1000, unit=1),
        purpose="test",
        expires_at=START + timedelta(hours=1),
        now=START,
        beside=lambda *_: (),
    )
    # What followed the journal before there were books.
    _put("wallet", "ACCOUNT#usr_1", "PROJECTED", sequence={"N": "2"}, entry_sk={"S": "ENTRY#1"})
    _put("wallet", "PLATFORM#platform:clearing", "SHARD#3", balance={"N": "-5000"})
    assert _run("books") == ["wallet AccountItem: 2 moved"]
    assert _run("books") == ["wallet AccountItem: 2 as they should be"]
    trial = books.trial_balance()
    lines = {line.name: line.balance for line in trial.accounts}
    assert (lines["customers"], lines["platform:clearing"], lines["platform:promotions"]) == (11_000, -10_000, -1000)
    assert (trial.total, trial.transactions, books.drifts()) == (0, 4, {})
