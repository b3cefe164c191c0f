"""R-01: the engine under test keeps the promises of DynamoDB that everything else here rests on, under 8 threads.

They run before all others, and where one fails nothing else does (``conftest.py``).
These tests use the raw client: they judge the engine, not our code; set ``DYNAMODB_ENDPOINT`` to judge another.
"""

import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.kernel.names import table_name
from shared.kernel.platform import DOMAIN
from shared.kernel.storage.client import dynamodb

THREADS = 8
ROUNDS = 400

pytestmark = [pytest.mark.covers("R-01"), pytest.mark.wire]

Attempt = Callable[[int], Any]


@pytest.fixture
def table(stage: str) -> str:
    """Provide the name of a table that stands for all."""
    return table_name(stage, DOMAIN)


def _key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "ITEM"}}


def _read(table: str, name: str) -> dict[str, Any]:
    item: dict[str, Any] = dynamodb().get_item(TableName=table, Key=_key(name), ConsistentRead=True).get("Item", {})
    return item


def _number(table: str, name: str, attribute: str = "n") -> int:
    return int(_read(table, name).get(attribute, {"N": "0"})["N"])


def _add(table: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": _key(name),
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    } | more


def _outcome(attempt: Attempt, number: int) -> str:
    try:
        attempt(number)
    except ClientError as refused:
        return refused.response["Error"]["Code"]
    return "done"


def _together(attempt: Attempt, times: int = ROUNDS) -> Counter[str]:
    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(lambda number: _outcome(attempt, number), range(times)))


def _cancelled(writes: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    with pytest.raises(ClientError) as refused:
        dynamodb().transact_write_items(TransactItems=writes, **options)
    assert refused.value.response["Error"]["Code"] == "TransactionCanceledException"
    reasons: list[dict[str, Any]] = refused.value.response["CancellationReasons"]
    return reasons


def test_of_many_creators_of_one_item_exactly_one_succeeds(table: str) -> None:
    def create(number: int) -> None:
        item = _key(f"create-{number // THREADS}") | {"by": {"N": str(number)}}
        dynamodb().put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(pk)")

    outcomes = _together(create)
    assert outcomes == {"done": ROUNDS // THREADS, "ConditionalCheckFailedException": ROUNDS - ROUNDS // THREADS}


def test_no_update_is_lost(table: str) -> None:
    assert _together(lambda _: dynamodb().update_item(**_add(table, "counter"))) == {"done": ROUNDS}
    assert _number(table, "counter") == ROUNDS


def test_a_floor_is_never_passed(table: str) -> None:
    dynamodb().put_item(TableName=table, Item=_key("purse") | {"n": {"N": "100"}})

    def take(_: int) -> None:
        dynamodb().update_item(
            TableName=table,
            Key=_key("purse"),
            UpdateExpression="SET n = n - :one",
            ConditionExpression="n >= :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    assert _together(take)["done"] == 100
    assert _number(table, "purse") == 0


def test_versions_let_one_writer_pass_each_time(table: str) -> None:
    dynamodb().put_item(TableName=table, Item=_key("versioned") | {"n": {"N": "0"}})

    def write(_: int) -> None:
        seen = _number(table, "versioned")
        values = {":seen": {"N": str(seen)}, ":next": {"N": str(seen + 1)}}
        dynamodb().update_item(
            TableName=table,
            Key=_key("versioned"),
            UpdateExpression="SET n = :next",
            ConditionExpression="n = :seen",
            ExpressionAttributeValues=values,
        )

    outcomes = _together(write)
    assert outcomes["ConditionalCheckFailedException"] > 0, "the writers never met"
    assert _number(table, "versioned") == outcomes["done"]


def test_a_transaction_moves_both_sides_or_none(table: str) -> None:
    for name, amount in (("left", 50), ("right", 0)):
        dynamodb().put_item(TableName=table, Item=_key(name) | {"n": {"N": str(amount)}})
    take = {
        "UpdateExpression": "SET n = n - :one",
        "ConditionExpression": "n >= :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }

    def move(_: int) -> None:
        source = {"TableName": table, "Key": _key("left")} | take
        dynamodb().transact_write_items(TransactItems=[{"Update": source}, {"Update": _add(table, "right")}])

    outcomes = _together(move)
    assert set(outcomes) <= {"done", "TransactionCanceledException"}
    assert (_number(table, "left"), _number(table, "right")) == (50 - outcomes["done"], outcomes["done"])


def test_a_client_token_takes_effect_once_in_many_tries(table: str) -> None:
    tokens = [str(uuid.uuid4()) for _ in range(ROUNDS // THREADS)]

    def add(number: int) -> None:
        position = number // THREADS
        writes = [{"Update": _add(table, f"token-{position}")}]
        dynamodb().transact_write_items(TransactItems=writes, ClientRequestToken=tokens[position])

    outcomes = _together(add)
    assert outcomes["done"] >= len(tokens)
    assert {_number(table, f"token-{position}") for position in range(len(tokens))} == {1}


def test_a_client_token_refuses_another_request(table: str) -> None:
    token = str(uuid.uuid4())
    dynamodb().transact_write_items(TransactItems=[{"Update": _add(table, "a")}], ClientRequestToken=token)
    with pytest.raises(ClientError) as refused:
        dynamodb().transact_write_items(TransactItems=[{"Update": _add(table, "b")}], ClientRequestToken=token)
    assert refused.value.response["Error"]["Code"] == "IdempotentParameterMismatchException"
    assert _number(table, "b") == 0


def test_cancellation_reasons_come_in_the_order_of_the_writes_with_the_items_as_they_stand(table: str) -> None:
    for name, amount in (("x", 7), ("z", 9)):
        dynamodb().put_item(TableName=table, Item=_key(name) | {"n": {"N": str(amount)}})
    old = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    absent = {"ConditionExpression": "attribute_not_exists(pk)"} | old
    present = {"ConditionExpression": "attribute_exists(pk)"} | old
    reasons = _cancelled(
        [
            {"Put": {"TableName": table, "Item": _key("w")} | absent},
            {"ConditionCheck": {"TableName": table, "Key": _key("x")} | absent},
            {"Delete": {"TableName": table, "Key": _key("y")} | present},
            {"Update": _add(table, "z", **absent)},
        ]
    )
    assert [reason["Code"] for reason in reasons] == ["None", *["ConditionalCheckFailed"] * 3]
    assert [reason.get("Item") for reason in reasons] == [
        None,
        _key("x") | {"n": {"N": "7"}},
        None,
        _key("z") | {"n": {"N": "9"}},
    ]
    assert _read(table, "w") == {}
    assert _number(table, "z") == 9


def test_a_failed_condition_of_one_write_returns_the_item_as_it_stands(table: str) -> None:
    dynamodb().put_item(TableName=table, Item=_key("one") | {"n": {"N": "3"}})
    with pytest.raises(ClientError) as refused:
        dynamodb().update_item(
            **_add(
                table,
                "one",
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        )
    assert refused.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert refused.value.response["Item"] == _key("one") | {"n": {"N": "3"}}


def test_a_transaction_may_not_name_an_item_twice(table: str) -> None:
    with pytest.raises(ClientError) as refused:
        dynamodb().transact_write_items(TransactItems=[{"Update": _add(table, "d")}, {"Update": _add(table, "d")}])
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_numbers_are_exact_beyond_any_amount(table: str) -> None:
    exact = 10**18 + 1
    dynamodb().put_item(TableName=table, Item=_key("exact") | {"n": {"N": str(exact)}})
    dynamodb().update_item(**_add(table, "exact"))
    assert _number(table, "exact") == exact + 1
