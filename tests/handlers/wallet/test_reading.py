"""What a user reads of their wallet: the balance, the statement, the past, the export."""

from datetime import timedelta

import pytest

from shared import wallet
from shared.wallet import statement
from tests.clock import START
from tests.door import calls_made
from tests.handlers.wallet.conftest import OTHER, VIEWER, deposit, hold, settle
from tests.lists import assert_sorts
from tests.triggers import principal

READS = [
    ("wallet.read_balance", {}),
    ("wallet.read_balance", {"at": "2026-03-01T09:30:00Z"}),
    ("wallet.list_entries", {}),
    ("wallet.export_entries", {}),
]


def line(sequence, kind, amount, before, after, reference, seconds):
    at = START + timedelta(seconds=seconds)
    reference_type, reference_id = reference
    return {
        "id": f"{int(at.timestamp() * 1000):013d}#{sequence:010d}",
        "type": kind,
        "amount": amount,
        "currency": "CREDIT",
        "balanceBefore": before,
        "balanceAfter": after,
        "sequence": sequence,
        "referenceType": reference_type,
        "referenceId": reference_id,
        "createdAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "description": DESCRIBED[reference_type],
        "paid": None,
        "metadata": {},
    }


DESCRIBED = {"PAYMENT": "Bought 100 credits", "BONUS": "Bonus of 10 credits", "METER_EVENT": "Watched a stream"}

FIRST = line(1, "DEPOSIT", "100", "0", "100", ("PAYMENT", "pay_1"), 0)
BONUS = line(2, "DEPOSIT", "10", "100", "110", ("BONUS", "pay_1"), 0)
WATCHED = line(3, "DEBIT", "-31.5", "110", "78.5", ("METER_EVENT", "hold_1"), 90)


@pytest.fixture
def history():
    """100 credits and 10 on top, 40 set aside, 31.5 of them used."""
    deposit("pay_1", 100_000, bonus=10_000)
    hold("hold_1", 40_000)
    settle("hold_1", 40_000, 31_500, at=START + timedelta(seconds=90))


@pytest.mark.covers("S-W-09", "S-W-19", "X-W-04")
def test_a_balance_shows_what_may_be_spent_and_what_is_set_aside(call):
    deposit("pay_1", 60_000)
    hold("hold_1", 12_500)
    answer = call("wallet.read_balance", caller=VIEWER)
    balance = {
        "balance": "60",
        "available": "47.5",
        "held": "12.5",
        "watching": "0",
        "asOf": "2026-03-01T09:30:00.000Z",
        "currency": "CREDIT",
        "level": "green",
        "createdAt": "2026-03-01T09:30:00.000Z",
        "updatedAt": "2026-03-01T09:30:00.000Z",
        "pendingTransactions": 1,
    }
    assert (answer.status, answer.json) == (200, {"data": balance, "meta": {}})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.covers("S-W-23")
@pytest.mark.parametrize(("amount", "level"), [(9_999, "red"), (49_999, "yellow"), (50_000, "green")])
def test_a_balance_has_a_colour(call, amount, level):
    deposit("pay_1", amount)
    assert call("wallet.read_balance", caller=VIEWER).data["level"] == level


def test_who_never_had_credits_has_none(call):
    assert call("wallet.read_balance", caller=VIEWER).data == {
        "balance": "0",
        "available": "0",
        "held": "0",
        "watching": "0",
        "asOf": "2026-03-01T09:30:00.000Z",
        "currency": "CREDIT",
        "level": "red",
        "createdAt": None,
        "updatedAt": None,
        "pendingTransactions": 0,
    }
    assert call("wallet.list_entries", caller=VIEWER).data == []


@pytest.mark.covers("S-W-02", "S-W-03", "S-W-20", "X-W-12", "X-W-16", "S-W-10")
def test_a_statement_shows_every_entry_newest_first_with_the_balance_before_and_after(call, history):
    answer = call("wallet.list_entries", caller=VIEWER)
    pagination = {"limit": 50, "hasMore": False, "nextCursor": None}
    assert (answer.status, answer.json) == (200, {"data": [WATCHED, BONUS, FIRST], "pagination": pagination})


@pytest.mark.covers("S-W-20")
@pytest.mark.parametrize(("kind", "shown"), [("DEBIT", [WATCHED]), ("DEPOSIT", [BONUS, FIRST]), ("REFUND", [])])
def test_a_statement_can_be_limited_to_one_type(call, history, kind, shown):
    answer = call("wallet.list_entries", query={"type": kind}, caller=VIEWER)
    assert (answer.status, answer.data) == (200, shown)


@pytest.mark.covers("S-W-03", "X-P-04")
@pytest.mark.parametrize("kind", [None, "DEPOSIT"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_follow_each_other_without_a_gap(call, limit, kind):
    for number in range(7):
        deposit(f"pay_{number}", 1000 + number, at=START + timedelta(seconds=number // 2))
    query = {"limit": str(limit)} | ({"type": kind} if kind else {})
    seen, cursor = [], None
    while True:
        answer = call("wallet.list_entries", query=query | ({"cursor": cursor} if cursor else {}), caller=VIEWER)
        assert len(answer.data) <= limit
        seen += [entry["sequence"] for entry in answer.data]
        cursor = answer.json["pagination"]["nextCursor"]
        assert answer.json["pagination"] == {"limit": limit, "hasMore": cursor is not None, "nextCursor": cursor}
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.covers("S-P-27")
@pytest.mark.parametrize("kind", [{}, {"type": "DEPOSIT"}])
def test_a_statement_is_read_from_either_end(call, kind):
    for number in range(3):
        deposit(f"pay_{number}", 1000 + number, at=START)
    assert_sorts(call, "wallet.list_entries", VIEWER, query=kind)


@pytest.mark.covers("S-W-20", "X-P-04")
def test_a_page_of_a_rare_type_is_one_query_of_bounded_size_and_goes_on(call, history, monkeypatch):
    monkeypatch.setattr(statement, "SEARCHED", 2)
    for number in range(9):
        deposit(f"later_{number}", 1000, at=START + timedelta(seconds=100 + number))
    seen, pages, cursor = [], 0, None
    while cursor or not pages:
        query = {"type": "DEBIT", "limit": "1"} | ({"cursor": cursor} if cursor else {})
        with calls_made() as made:
            answer = call("wallet.list_entries", query=query, caller=VIEWER)
        seen += answer.data
        pages, cursor = pages + 1, answer.json["pagination"]["nextCursor"]
        assert made.count("Query") == 1
    assert seen == [WATCHED]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"type": "GIFT"}, "type"),
        ({"cursor": "AAAA"}, "cursor"),
        ({"cursor": "x" * 1025}, "cursor"),
        ({"page": "2"}, "page"),
    ],
)
def test_bad_parameters_of_a_statement_are_refused(call, query, field):
    answer = call("wallet.list_entries", query=query, caller=VIEWER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]


def test_a_cursor_of_another_users_statement_is_refused(call, history):
    deposit("pay_2", 5000, user_id=OTHER.user_id)
    cursor = call("wallet.list_entries", query={"limit": "1"}, caller=VIEWER).json["pagination"]["nextCursor"]
    answer = call("wallet.list_entries", query={"cursor": cursor}, caller=OTHER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.covers("X-W-15")
@pytest.mark.parametrize(
    ("seconds", "balance"), [(-0.001, "0"), (0, "110"), (89.999, "110"), (90, "78.5"), (10**6, "78.5")]
)
def test_a_past_balance_is_the_one_after_the_last_entry(call, history, seconds, balance):
    at = (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    answer = call("wallet.read_balance", query={"at": at}, caller=VIEWER)
    assert (answer.status, answer.json) == (200, {"data": {"balance": balance, "at": at}, "meta": {}})


@pytest.mark.covers("X-W-15")
@pytest.mark.parametrize(
    ("at", "balance"),
    [
        ("0001-01-01T00:00:00.000Z", "0"),
        ("1969-12-31T23:59:59.999Z", "0"),
        ("2286-11-20T17:46:40.000Z", "78.5"),
        ("9999-12-31T23:59:59.000Z", "78.5"),
    ],
)
def test_a_balance_of_any_year_is_right(call, history, at, balance):
    answer = call("wallet.read_balance", query={"at": at}, caller=VIEWER)
    assert (answer.status, answer.data) == (200, {"balance": balance, "at": at})


@pytest.mark.parametrize(
    "query",
    [
        {"at": ""},
        {"at": "yesterday"},
        {"at": "2026-03-01T09:30:00"},
        {"at": "1772357400"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-01:00"},
    ],
)
def test_a_past_balance_needs_an_instant_with_its_zone(call, query):
    answer = call("wallet.read_balance", query=query, caller=VIEWER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == ["at"]


@pytest.mark.covers("S-W-22")
def test_an_export_has_every_entry_oldest_first(call, history):
    answer = call("wallet.export_entries", caller=VIEWER)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statement.csv"'
    assert answer.text.split("\r\n") == [
        ",".join(statement.COLUMNS),
        "1,2026-03-01T09:30:00.000Z,DEPOSIT,100,CREDIT,0,100,PAYMENT,pay_1,Bought 100 credits,,",
        "2,2026-03-01T09:30:00.000Z,DEPOSIT,10,CREDIT,100,110,BONUS,pay_1,Bonus of 10 credits,,",
        "3,2026-03-01T09:31:30.000Z,DEBIT,-31.5,CREDIT,110,78.5,METER_EVENT,hold_1,Watched a stream,,",
        "",
    ]


@pytest.mark.covers("S-W-20", "S-W-22")
def test_lines_come_in_the_language_that_is_asked_for(call, history):
    spanish = {"accept-language": "es-ES,es;q=0.9,en;q=0.8"}
    lines = call("wallet.list_entries", caller=VIEWER, headers=spanish).data
    assert [line["description"] for line in lines] == [
        "Viste una transmisión",
        "Bono de 10 créditos",
        "Compraste 100 créditos",
    ]
    refused = call("wallet.list_entries", caller=VIEWER, headers={"accept-language": "e" * 256})
    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (400, "Accept-Language")
    exported = call("wallet.export_entries", caller=VIEWER, headers=spanish).text
    assert exported.split("\r\n")[1].endswith(",Compraste 100 créditos,,")


@pytest.mark.covers("S-W-20", "S-W-22")
def test_a_purchase_shows_its_money_and_no_cell_is_a_formula(call):
    paid = {"amount": 8999, "currency": "USD"}
    reference = wallet.Reference("PAYMENT", "=1+1")
    wallet.deposit("usr_viewer", 100_000, reference=reference, note={"paid": paid}, now=START)
    line = call("wallet.list_entries", caller=VIEWER).data[0]
    assert (line["description"], line["paid"]) == ("Bought 100 credits", paid)
    row = call("wallet.export_entries", caller=VIEWER).text.split("\r\n")[1]
    assert row == "1,2026-03-01T09:30:00.000Z,DEPOSIT,100,CREDIT,0,100,PAYMENT,'=1+1,Bought 100 credits,8999,USD"


@pytest.mark.parametrize(("named", "query"), READS)
def test_everyone_reads_their_own_wallet_only(call, history, named, query):
    answer = call(named, query=query, caller=OTHER)
    assert answer.status == 200
    assert "110" not in answer.text
    assert "pay_1" not in answer.text


@pytest.mark.covers("S-W-19")
@pytest.mark.parametrize(("named", "query"), READS)
def test_a_wallet_is_read_by_who_is_signed_in_and_may(call, named, query):
    assert call(named, query=query).status == 401
    assert call(named, query=query, refused="suspended").code == "ACCOUNT_SUSPENDED"
    answer = call(named, query=query, caller=principal("usr_viewer", "live:watch"))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


@pytest.mark.covers("S-W-19")
@pytest.mark.parametrize(
    ("named", "query", "operation"),
    [
        ("wallet.read_balance", {}, "GetItem"),
        ("wallet.list_entries", {"limit": "2"}, "Query"),
        ("wallet.read_balance", {"at": "2026-03-01T09:30:00Z"}, "Query"),
    ],
)
def test_a_hot_read_is_one_call(call, history, named, query, operation):
    with calls_made() as made:
        assert call(named, query=query, caller=VIEWER).status == 200
    assert made == [operation]
