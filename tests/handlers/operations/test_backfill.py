"""Addresses move to their one form: shown on items exactly as they were written before there was one."""

import argparse
import hashlib
from typing import Any

import pytest

from infra.operations import backfill
from shared.identity.items import Account, EmailClaim, user_pk
from shared.kernel.clock import to_ms
from shared.kernel.names import table_name
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from shared.messaging.items import RecipientItem, address_hash, address_hashes, recipient_pk
from shared.messaging.recipients import readdressing as recipients
from shared.messaging.recipients import suppression
from tests.clock import START
from tests.handlers.conftest import STAGE

BEFORE = "u@bücher.example"
NOW = "u@xn--bcher-kva.example"
AT = {"N": str(to_ms(START))}


def _hash(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _put(domain: str, pk: str, sk: str, **attributes: Any) -> None:
    dynamodb().put_item(TableName=table_name(STAGE, domain), Item={"pk": {"S": pk}, "sk": {"S": sk}, **attributes})


def _all(domain: str) -> list[dict[str, Any]]:
    found = dynamodb().scan(TableName=table_name(STAGE, domain), ConsistentRead=True)["Items"]
    return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))


def _account(user_id: str, email: str) -> None:
    """Write an account as registration did."""
    _put(
        "identity",
        f"USER#{user_id}",
        "ACCOUNT",
        user_id={"S": user_id},
        email={"S": email},
        password_hash={"S": "$argon2id$…"},
        grants={"SS": ["viewer"]},
        created_at=AT,
        verified_at=AT,
    )
    _put("identity", f"EMAIL#{_hash(email)}", "EMAIL", user_id={"S": user_id})


def _recipient(recipient_id: str, email: str) -> None:
    """Write a recipient as enlisting them did."""
    _put(
        "messaging",
        f"RECIPIENT#{recipient_id}",
        "RECIPIENT",
        recipient_id={"S": recipient_id},
        name={"S": "Grace"},
        email={"S": email},
        channels={"L": [{"S": "EMAIL"}]},
        locale={"S": "en"},
        active={"BOOL": True},
        version={"N": "3"},
    )
    _put("messaging", f"ADDRESS#{_hash(email)}", f"RECIPIENT#{recipient_id}", recipient_id={"S": recipient_id})


def _suppressed(email: str, *, scope: str = "ALL", reason: str = "COMPLAINT", lifted: bool = False) -> None:
    """Write a suppression as a complaint did."""
    _put(
        "messaging",
        f"ADDRESS#{_hash(email)}",
        "SUPPRESSION" if scope == "ALL" else f"SUPPRESSION#{scope}",
        reason={"S": reason},
        scope={"S": scope},
        source={"S": "sns-1"},
        suppressed_at=AT,
        **({"lifted_at": AT} if lifted else {}),
    )


def _run() -> list[str]:
    return backfill.run(argparse.Namespace(name="addresses")).splitlines()


@pytest.fixture
def snapshot() -> None:
    """A system as it was: one address in its own letters, one that was always in its one form."""
    _account("usr_u", BEFORE)
    _account("usr_ada", "ada@example.com")
    _recipient("usr_u", BEFORE)
    _recipient("ptn_ada", "ada@example.com")
    _suppressed(BEFORE, scope="partner-good-news", reason="UNSUBSCRIBED")
    _put(
        "messaging",
        f"ADDRESS#{_hash(BEFORE)}",
        "SENDS#partner-ask",
        sends={"L": [{"S": "1000#msg_1"}]},
        version={"N": "1"},
        expires_at={"N": "4000000000"},
    )


@pytest.mark.usefixtures("snapshot")
def test_addresses_move_with_all_that_is_known_of_them() -> None:
    assert _run() == [
        "identity Account: 1 as they should be, 1 moved",
        "messaging RecipientItem: 1 as they should be, 1 moved",
    ]
    account = reads.get(Account, user_pk("usr_u"), Account.SK)
    assert account is not None
    assert account.email == NOW
    assert {item["pk"]["S"]: item["user_id"]["S"] for item in _all("identity") if item["sk"]["S"] == "EMAIL"} == {
        f"EMAIL#{_hash(NOW)}": "usr_u",
        f"EMAIL#{_hash('ada@example.com')}": "usr_ada",
    }
    recipient = reads.get(RecipientItem, recipient_pk("usr_u"), RecipientItem.SK)
    assert recipient is not None
    assert (recipient.email, recipient.version) == (NOW, 4)
    moved = [item["sk"]["S"] for item in _all("messaging") if item["pk"]["S"] == f"ADDRESS#{_hash(NOW)}"]
    assert moved == ["RECIPIENT#usr_u", "SENDS#partner-ask", "SUPPRESSION#partner-good-news"]
    assert not [item for item in _all("messaging") if item["pk"]["S"] == f"ADDRESS#{_hash(BEFORE)}"]


@pytest.mark.usefixtures("snapshot")
def test_a_second_run_changes_nothing() -> None:
    _run()
    once = _all("identity"), _all("messaging")
    assert _run() == [
        "identity Account: 2 as they should be",
        "messaging RecipientItem: 2 as they should be",
    ]
    assert (_all("identity"), _all("messaging")) == once


@pytest.mark.usefixtures("snapshot")
def test_a_run_that_broke_off_is_taken_up(monkeypatch: pytest.MonkeyPatch) -> None:
    real = recipients.commit

    def breaks(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recipients, "commit", breaks)
    with pytest.raises(KeyboardInterrupt):
        _run()
    monkeypatch.setattr(recipients, "commit", real)
    assert _run()[1] == "messaging RecipientItem: 1 as they should be, 1 moved"
    assert _run()[1] == "messaging RecipientItem: 2 as they should be"


@pytest.mark.parametrize(
    ("before", "there", "stands"),
    [
        ("standing", None, True),
        ("lifted", None, False),
        ("standing", "lifted", True),
        ("lifted", "standing", True),
        ("standing", "standing", True),
        ("lifted", "lifted", False),
    ],
)
def test_a_suppression_always_wins(before: str, there: str | None, stands: bool) -> None:
    _recipient("ptn_grace", BEFORE)
    _suppressed(BEFORE, lifted=before == "lifted")
    if there:
        _suppressed(NOW, reason="BOUNCE", lifted=there == "lifted")
    _run()
    (kept,) = suppression.standing(address_hash(NOW))
    assert (kept.lifted_at is None) is stands
    assert suppression.standing(_hash(BEFORE)) == []


@pytest.mark.parametrize(("before", "there"), [("COMPLAINT", "REVIEW"), ("REVIEW", "COMPLAINT")])
def test_a_no_wins_over_what_waits_to_be_read(before: str, there: str) -> None:
    _recipient("ptn_grace", BEFORE)
    _suppressed(BEFORE, reason=before)
    _suppressed(NOW, reason=there)
    for _ in range(2):
        _run()
    assert [one.reason for one in suppression.standing(address_hash(NOW))] == ["COMPLAINT"]


def test_two_accounts_of_one_address_are_left_to_a_person() -> None:
    _account("usr_first", NOW)
    _account("usr_second", BEFORE)
    told = _run()[:2]
    assert told == ["identity Account: 1 as they should be, 1 left to be decided by a person", "  USER#usr_second"]
    claim = reads.get(EmailClaim, f"EMAIL#{_hash(NOW)}", EmailClaim.SK)
    assert claim is not None
    assert claim.user_id == "usr_first"


def test_who_cannot_be_sent_to_is_left_to_a_person() -> None:
    _recipient("ptn_grace", "jürgen@example.com")
    assert _run()[1:] == ["messaging RecipientItem: 1 left to be decided by a person", "  RECIPIENT#ptn_grace"]


def test_what_changes_at_the_same_moment_is_left_for_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    _recipient("ptn_grace", BEFORE)
    (stale,) = backfill.items(RecipientItem, RecipientItem.SK)
    _recipient("ptn_grace", "grace@example.com")
    assert recipients.move(stale) == "changed at the same moment: run it again"
    found = reads.get(RecipientItem, recipient_pk("ptn_grace"), RecipientItem.SK)
    assert found is not None
    assert found.email == "grace@example.com"


def test_pages_are_gone_through_to_the_end() -> None:
    # Two pages of a scan at least: it reads one megabyte at a time.
    for number in range(40):
        _put("identity", f"USER#usr_{number:02}", "PROFILE", bio={"S": "x" * 60_000})
    _account("usr_zz", BEFORE)
    assert _run()[0] == "identity Account: 1 moved"


@pytest.mark.parametrize("address", [BEFORE, NOW])
def test_a_suppression_is_found_under_both_forms(address: str) -> None:
    assert set(address_hashes(address)) == {_hash(NOW), _hash(BEFORE)}
    assert address_hash(address) == _hash(NOW)
