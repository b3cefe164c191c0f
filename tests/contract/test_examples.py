"""Examples of the document agree with themselves: a reader takes them for what the system does."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from infra.documents.outcomes import OUTCOMES
from tests.contract.test_openapi import OPERATIONS

ENDS = ("endedAt", "closedAt", "decidedAt", "deletedAt", "completedAt", "settledAt", "doneAt", "liftedAt")
GOES_ON = {"OPEN", "LIVE", "ACTIVE", "SCHEDULED", "PENDING", "DRAFT", "REQUESTED", "PLANNED"}
IN_ORDER = (
    ("createdAt", "startedAt"),
    ("createdAt", "completedAt"),
    ("createdAt", "deletedAt"),
    ("startedAt", "endedAt"),
    ("openedAt", "closedAt"),
    ("openedAt", "decidedAt"),
    ("requestedAt", "sentAt"),
    ("sentAt", "respondedAt"),
    ("invitedAt", "consentDate"),
    ("recordedAt", "loggedAt"),
    ("pauseFrom", "pauseUntil"),
)
DAY = len("2026-03-01")
BETWEEN = (("closesAt", "logUntil"), ("from", "to"), ("from", "until"), ("requestedAt", "validUntil"))


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(inner)


def _shown(name: str) -> Iterator[dict[str, Any]]:
    """Yield every object in the examples of an operation's request and successes."""
    operation = OPERATIONS[name][2]
    contents = [operation.get("requestBody", {}), *(operation["responses"][code] for code in operation["responses"])]
    for content in contents:
        yield from _objects(content.get("content", {}).get("application/json", {}).get("example"))


def _contradictions(shown: dict[str, Any]) -> Iterator[str]:
    if shown.get("status") in GOES_ON:
        yield from (f"{shown['status']}, yet {name}" for name in ENDS if shown.get(name))
    for former, later in IN_ORDER:
        if shown.get(former) and shown.get(later) and shown[former] > shown[later]:
            yield f"{later} before {former}"
    for former, later in BETWEEN:
        if shown.get(former) and shown.get(later) and len(shown[later]) >= DAY and shown[former] >= shown[later]:
            yield f"{later} not after {former}"
    yield from _sums(shown)
    if shown.get("status") == "INVITED" and shown.get("consentGiven"):
        yield "asked for consent, yet given"
    if shown.get("decidedAt") and not shown.get("decidedBy"):
        yield "decided by nobody"


def _sums(shown: dict[str, Any]) -> Iterator[str]:
    def amount(name: str) -> Decimal:
        return Decimal(shown[name])

    if {"balance", "available", "held"} <= shown.keys() and amount("balance") != amount("available") + amount("held"):
        yield "balance is not available and held"
    if "balanceBefore" in shown and amount("balanceBefore") + amount("amount") != amount("balanceAfter"):
        yield "balanceAfter is not balanceBefore and amount"
    if shown.get("sound") and (amount("balanceDrift") or amount("heldDrift")):
        yield "sound, yet a drift"


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_an_example_agrees_with_itself(name: str) -> None:
    assert [line for shown in _shown(name) for line in _contradictions(shown)] == []


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_what_was_asked_for_is_what_is_answered(name: str) -> None:
    operation = OPERATIONS[name][2]
    asked = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example", {})
    for status, answer in operation["responses"].items():
        data = answer["content"].get("application/json", {}).get("example", {}).get("data")
        if status.startswith("2") and isinstance(data, dict):
            alike = {field for field in asked.keys() & data.keys() if type(asked[field]) is type(data[field])}
            alike -= {field for field in alike if field.endswith("Token")} | OUTCOMES.get(name, {}).keys()
            assert {field: data[field] for field in alike} == {field: asked[field] for field in alike}


@pytest.mark.parametrize("name", sorted(OUTCOMES))
def test_an_outcome_is_of_an_answer_that_there_is(name: str) -> None:
    answers = OPERATIONS[name][2]["responses"]
    (data,) = (answers[code]["content"]["application/json"]["example"]["data"] for code in answers if code[0] == "2")
    assert OUTCOMES[name].items() <= data.items()
