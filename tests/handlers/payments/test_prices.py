"""The shop: what everyone sees, and what admins do to it."""

from typing import get_args

import pytest

from shared.kernel.storage import reads
from shared.kernel.storage.moving import Outcome
from shared.kernel.storage.writes import Put, commit
from shared.payments import prices, rules, seeding
from shared.payments.items import SHOP, PriceItem
from shared.payments.schemas import Currency
from tests.calls import Call
from tests.clock import FixedClock
from tests.outbox import sent
from tests.triggers import principal

ADMIN = principal("usr_admin", "payments:manage-prices")
VIEWER = principal("usr_viewer", "payments:buy")
PACK = {"productCode": "credits-100", "credits": "100", "amount": 999, "currency": "USD"}
ID = "prc_4knad5pj7k53vybfhmsrr39cx5"


def view(**changes: object) -> dict[str, object]:
    rest = {"id": ID, "bonusCredits": "0", "active": True, "featured": False, "bestValue": True, "version": 1}
    return PACK | rest | changes


def make(call: Call, **changes: object) -> str:
    answer = call("payments.create_price", body=PACK | changes, caller=ADMIN)
    assert answer.status == 201
    made: str = answer.data["id"]
    return made


@pytest.mark.covers("S-W-54")
def test_an_admin_makes_a_pack_and_everyone_sees_it(call: Call) -> None:
    answer = call("payments.create_price", body=PACK, caller=ADMIN)
    assert (answer.status, answer.json) == (201, {"data": view(), "meta": {}})
    seen = call("payments.list_prices")
    assert seen.status == 200
    assert seen.json == {
        "data": [view()],
        "pagination": {"limit": 100, "hasMore": False, "nextCursor": None},
    }
    assert seen.headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.covers("S-W-54", "S-W-55")
def test_a_pack_taken_off_sale_is_seen_by_admins_only(call: Call) -> None:
    price_id = make(call)
    answer = call("payments.change_price", path={"price_id": price_id}, body={"active": False}, caller=ADMIN)
    assert (answer.status, answer.data) == (200, view(active=False, bestValue=False, version=2))
    assert call("payments.list_prices").data == []
    assert call("payments.list_all_prices", caller=ADMIN).data == [view(active=False, bestValue=False, version=2)]


@pytest.mark.covers("S-W-56", "S-W-57")
def test_the_bonus_is_shown_and_counts_for_the_best_value(call: Call) -> None:
    make(call)
    make(call, productCode="credits-90", credits="90", bonusCredits="20")
    make(call, productCode="euro", currency="EUR", amount=5000)
    shown = {
        pack["productCode"]: (pack["bonusCredits"], pack["bestValue"]) for pack in call("payments.list_prices").data
    }
    assert shown == {"credits-100": ("0", False), "credits-90": ("20", True), "euro": ("0", True)}


@pytest.mark.covers("S-W-05")
def test_a_product_code_is_given_once(call: Call) -> None:
    make(call)
    again = call("payments.create_price", body=PACK | {"amount": 8000}, caller=ADMIN, request_id="req-2")
    assert (again.status, again.code) == (409, "PRODUCT_CODE_TAKEN")
    assert call("payments.list_prices").data == [view()]


def test_a_retry_finds_the_pack_that_the_first_try_made(call: Call) -> None:
    first = call("payments.create_price", body=PACK, caller=ADMIN, request_id="req-1")
    again = call("payments.create_price", body=PACK, caller=ADMIN, request_id="req-1")
    assert again.json == first.json


@pytest.mark.covers("S-W-55")
def test_a_change_says_only_what_changes(call: Call) -> None:
    price_id = make(call, bonusCredits="7")
    answer = call(
        "payments.change_price", path={"price_id": price_id}, body={"amount": 500, "credits": "1.5"}, caller=ADMIN
    )
    assert answer.data == view(amount=500, credits="1.5", bonusCredits="7", version=2)


def test_a_change_of_an_unknown_pack_is_refused(call: Call) -> None:
    answer = call("payments.change_price", path={"price_id": "prc_x"}, body={"amount": 500}, caller=ADMIN)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_a_change_against_a_newer_version_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    price_id = make(call)
    real = reads.get

    def overtaken(model: type[PriceItem], pk: str, sk: str) -> PriceItem | None:
        item = real(model, pk, sk)
        monkeypatch.setattr(reads, "get", real)
        call(
            "payments.change_price",
            path={"price_id": price_id},
            body={"amount": 8000},
            caller=ADMIN,
            request_id="req-2",
        )
        return item

    monkeypatch.setattr(reads, "get", overtaken)
    answer = call(
        "payments.change_price", path={"price_id": price_id}, body={"amount": 8100}, caller=ADMIN, request_id="req-3"
    )
    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert call("payments.list_prices").data == [view(amount=8000, version=2)]


def test_every_change_is_told_with_its_admin(call: Call) -> None:
    price_id = make(call)
    call("payments.change_price", path={"price_id": price_id}, body={"active": False}, caller=ADMIN, request_id="req-2")
    told = [(event["version"], event["active"], event["admin_id"]) for event in sent("payments", "PriceSet")]
    assert sorted(told) == [(1, True, "usr_admin"), (2, False, "usr_admin")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (PACK | {"credits": 100}, "credits"),
        (PACK | {"credits": "0"}, "credits"),
        (PACK | {"credits": "-5"}, "credits"),
        (PACK | {"credits": "1.2345"}, "credits"),
        (PACK | {"credits": "1000001"}, "credits"),
        (PACK | {"bonusCredits": "-1"}, "bonusCredits"),
        (PACK | {"amount": "999"}, "amount"),
        (PACK | {"amount": 9.5}, "amount"),
        (PACK | {"amount": True}, "amount"),
        (PACK | {"amount": 0}, "amount"),
        (PACK | {"currency": "usd"}, "currency"),
        (PACK | {"currency": "XXX"}, "currency"),
        (PACK | {"active": 1}, "active"),
        (PACK | {"productCode": "No Spaces"}, "productCode"),
        (PACK | {"price": 1}, "price"),
        ({}, "productCode"),
    ],
)
def test_a_pack_of_another_form_is_refused(call: Call, body: dict[str, object], field: str) -> None:
    answer = call("payments.create_price", body=body, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert field in [detail["field"] for detail in answer.json["error"]["details"]]


def test_a_change_of_nothing_is_refused(call: Call) -> None:
    answer = call("payments.change_price", path={"price_id": make(call)}, body={}, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "function", ["list_all_prices", "create_price", "change_price", "delete_price", "preview_price"]
)
def test_only_admins_manage_prices(call: Call, function: str) -> None:
    request = {} if function == "list_all_prices" else {"body": PACK}
    request |= {"path": {"price_id": "prc_x"}} if function in {"change_price", "delete_price"} else {}
    nobody = call(f"payments.{function}", **request)
    viewer = call(f"payments.{function}", caller=VIEWER, **request)
    assert (nobody.status, nobody.code) == (401, "UNAUTHORIZED")
    assert (viewer.status, viewer.code) == (403, "FORBIDDEN")


@pytest.mark.covers("S-W-60")
def test_the_seeded_shop_has_five_packs_and_seeding_again_changes_nothing(call: Call, clock: FixedClock) -> None:
    seeding.ensure_prices(clock.now())
    first = call("payments.list_prices").json
    assert [pack["credits"] for pack in first["data"]] == ["100", "500", "1000", "2500", "10000"]
    assert [pack["productCode"] for pack in first["data"] if pack["bestValue"]] == ["credits-10000"]
    seeding.ensure_prices(clock.advance(days=1))
    assert call("payments.list_prices").json == first
    stored = reads.query(PriceItem, PriceItem.pk == SHOP).load(PriceItem)
    assert {item.version for item in stored} == {1}


@pytest.mark.covers("S-W-60")
def test_seeding_leaves_a_pack_as_an_admin_set_it(call: Call, clock: FixedClock) -> None:
    packs = seeding.ensure_prices(clock.now())
    call("payments.change_price", path={"price_id": packs[0].id}, body={"active": False}, caller=ADMIN)
    seeding.ensure_prices(clock.now())
    assert len(call("payments.list_prices").data) == 4


LEAST = [("USD", 50, "0.50 USD"), ("EUR", 50, "0.50 EUR"), ("GBP", 30, "0.30 GBP"), ("JPY", 50, "50 JPY")]


@pytest.mark.parametrize(("currency", "least", "text"), LEAST)
def test_a_price_below_the_providers_minimum_is_refused_in_a_sentence_that_names_it(
    currency: str, least: int, text: str, call: Call
) -> None:
    body = PACK | {"credits": "10", "bonusCredits": "0", "currency": currency, "amount": least - 1}
    refused = call("payments.create_price", body=body, caller=ADMIN)
    assert (refused.status, refused.code) == (400, "VALIDATION_ERROR")
    assert refused.json["error"]["details"] == [
        {
            "field": "amount",
            "message": f"A price is at least {text} ({least} in minor units), or nobody can pay it by card.",
        }
    ]
    assert call("payments.create_price", body=body | {"amount": least}, caller=ADMIN).status == 201
    assert call("payments.preview_price", body=body, caller=ADMIN).status == 400


@pytest.mark.parametrize(("bonus", "status"), [("0", 201), ("1", 400)])
def test_no_pack_gives_credits_away(bonus: str, status: int, call: Call) -> None:
    body = PACK | {"credits": "100", "bonusCredits": bonus, "amount": 100}
    answer = call("payments.create_price", body=body, caller=ADMIN)
    assert answer.status == status
    if status == 400:
        assert "A credit costs at least one minor unit" in answer.json["error"]["details"][0]["message"]


def test_a_pack_stored_that_gives_credits_away_is_not_for_sale_and_taken_off_by_the_backfill(call: Call) -> None:
    stored = prices.find(make(call))
    stored.credits = 10**9
    commit(Put(stored))
    assert call("payments.list_prices").data == []
    assert prices.stop_unsellable(stored) is Outcome.STOPPED


def test_every_currency_that_a_pack_may_have_has_a_minimum() -> None:
    assert set(rules._minimums()) == set(get_args(Currency))


@pytest.mark.parametrize("change", [{"amount": 49}, {"currency": "GBP", "amount": 29}])
def test_no_change_takes_a_price_below_the_minimum(change: dict[str, object], call: Call) -> None:
    refused = call("payments.change_price", path={"price_id": make(call)}, body=change, caller=ADMIN)
    assert (refused.status, refused.code) == (400, "VALIDATION_ERROR")
    assert call("payments.list_prices").data == [view()]


def test_a_pack_stored_below_the_minimum_can_be_taken_off_sale_or_raised_and_nothing_else(call: Call) -> None:
    stored = prices.find(make(call))
    stored.amount = 49
    commit(Put(stored))

    def change(**body: object) -> int:
        status: int = call("payments.change_price", path={"price_id": ID}, body=body, caller=ADMIN).status
        return status

    assert call("payments.list_prices").data == []
    assert (change(featured=True), change(active=False), change(active=True)) == (400, 200, 400)
    assert (change(amount=8000, active=True), len(call("payments.list_prices").data)) == (200, 1)


@pytest.mark.covers("S-W-55")
def test_a_pack_is_featured_and_everybody_sees_it(call: Call) -> None:
    price_id = make(call)
    answer = call("payments.change_price", path={"price_id": price_id}, body={"featured": True}, caller=ADMIN)
    assert (answer.status, answer.data) == (200, view(featured=True, version=2))
    assert call("payments.list_prices").data == [view(featured=True, version=2)]


@pytest.mark.covers("S-W-55")
def test_a_deleted_pack_is_gone_for_everybody_and_its_code_is_not_given_again(call: Call) -> None:
    price_id = make(call)
    answer = call("payments.delete_price", path={"price_id": price_id}, caller=ADMIN)
    assert (answer.status, answer.data) == (200, view(active=False, bestValue=False, version=2))
    assert (call("payments.list_prices").data, call("payments.list_all_prices", caller=ADMIN).data) == ([], [])
    again = call("payments.delete_price", path={"price_id": price_id}, caller=ADMIN, request_id="req-2")
    changed = call("payments.change_price", path={"price_id": price_id}, body={"active": True}, caller=ADMIN)
    assert (again.status, changed.status) == (404, 404)
    assert call("payments.create_price", body=PACK, caller=ADMIN, request_id="req-3").code == "PRODUCT_CODE_TAKEN"
    buying = call("payments.start_checkout", body={"priceId": price_id}, caller=VIEWER, key="key-1")
    assert buying.status == 404


@pytest.mark.covers("S-W-55")
def test_a_draft_is_shown_as_the_shop_would_be_and_nothing_is_kept(call: Call) -> None:
    make(call)
    draft = PACK | {"productCode": "credits-500", "credits": "500", "amount": 1500}
    shown = call("payments.preview_price", body=draft, caller=ADMIN)
    assert [(pack["productCode"], pack["bestValue"]) for pack in shown.data] == [
        ("credits-100", False),
        ("credits-500", True),
    ]
    dearer = call("payments.preview_price", body=PACK | {"amount": 1999}, caller=ADMIN)
    assert dearer.data == [view(amount=1999)]
    assert call("payments.list_prices").data == [view()]
