"""The shop: what everyone sees, and what admins do to it."""

import pytest

from shared.kernel.storage import reads
from shared.payments import seeding
from shared.payments.items import SHOP, PriceItem
from tests.calls import Call
from tests.clock import FixedClock
from tests.outbox import sent
from tests.triggers import principal

ADMIN = principal("usr_admin", "payments:manage-prices")
VIEWER = principal("usr_viewer", "payments:buy")
PACK = {"productCode": "credits-100", "credits": "100", "amount": 999, "currency": "USD"}
ID = "prc_4knad5pj7k53vybfhmsrr39cx5"


def view(**changes: object) -> dict[str, object]:
    rest = {"id": ID, "bonusCredits": "0", "active": True, "bestValue": True}
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
    assert (answer.status, answer.data) == (200, view(active=False, bestValue=False))
    assert call("payments.list_prices").data == []
    assert call("payments.list_all_prices", caller=ADMIN).data == [view(active=False, bestValue=False)]


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
    again = call("payments.create_price", body=PACK | {"amount": 1}, caller=ADMIN, request_id="req-2")
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
    assert answer.data == view(amount=500, credits="1.5", bonusCredits="7")


def test_a_change_of_an_unknown_pack_is_refused(call: Call) -> None:
    answer = call("payments.change_price", path={"price_id": "prc_x"}, body={"amount": 500}, caller=ADMIN)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_a_change_against_a_newer_version_is_refused(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    price_id = make(call)
    real = reads.get

    def overtaken(model: type[PriceItem], pk: str, sk: str) -> PriceItem | None:
        item = real(model, pk, sk)
        monkeypatch.setattr(reads, "get", real)
        call("payments.change_price", path={"price_id": price_id}, body={"amount": 1}, caller=ADMIN, request_id="req-2")
        return item

    monkeypatch.setattr(reads, "get", overtaken)
    answer = call(
        "payments.change_price", path={"price_id": price_id}, body={"amount": 2}, caller=ADMIN, request_id="req-3"
    )
    assert (answer.status, answer.code) == (409, "CONFLICT")
    assert call("payments.list_prices").data == [view(amount=1)]


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


@pytest.mark.parametrize("function", ["list_all_prices", "create_price", "change_price"])
def test_only_admins_manage_prices(call: Call, function: str) -> None:
    request = {} if function == "list_all_prices" else {"body": PACK}
    request |= {"path": {"price_id": "prc_x"}} if function == "change_price" else {}
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
