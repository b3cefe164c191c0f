"""An address in its own letters and in A-labels is one account's, also where it was stored before that."""

import hashlib

import pytest

from shared.identity.items import Account, EmailClaim, email_pk, user_pk
from shared.kernel.clock import to_ms
from shared.kernel.config import settings
from shared.kernel.security.passwords import hash_password
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from tests.clock import START
from tests.handlers.identity.conftest import PASSWORD, deliver, events, login, register

BEFORE, NOW = "u@bücher.example", "u@xn--bcher-kva.example"
FORMS = [BEFORE, NOW, " U@BÜCHER.example", "u@bu\u0308cher.example"]


def _stored(*, confirmed: bool) -> None:
    """Write an account as registration did before addresses had one form."""
    at = {"N": str(to_ms(START))}
    old = hashlib.sha256(BEFORE.encode()).hexdigest()
    account = {
        "pk": {"S": user_pk("usr_u")},
        "sk": {"S": "ACCOUNT"},
        "user_id": {"S": "usr_u"},
        "email": {"S": BEFORE},
        "password_hash": {"S": hash_password(PASSWORD)},
        "grants": {"SS": ["viewer"]},
        "created_at": at,
        **({"verified_at": at} if confirmed else {}),
    }
    profile = {"pk": {"S": user_pk("usr_u")}, "sk": {"S": "PROFILE"}, "user_id": {"S": "usr_u"}}
    profile |= {"display_name": {"S": "Uwe"}, "version": {"N": "1"}}
    claim = {"pk": {"S": f"EMAIL#{old}"}, "sk": {"S": "EMAIL"}, "user_id": {"S": "usr_u"}}
    for item in (account, profile, claim):
        dynamodb().put_item(TableName=settings().table("identity"), Item=item)


@pytest.mark.parametrize("typed", FORMS)
def test_who_was_stored_before_signs_in_with_either_form(typed):
    _stored(confirmed=True)
    answer = login(typed)
    assert (answer.status, answer.data["user"]["id"]) == (200, "usr_u")


@pytest.mark.parametrize("typed", FORMS)
def test_an_address_that_was_stored_before_is_not_registered_again(typed):
    _stored(confirmed=True)
    assert register(typed).status == 201
    assert [name for name, _ in events()] == ["AccountMailRequested"]
    assert login(BEFORE).data["user"]["id"] == "usr_u"


def test_a_claim_that_was_stored_before_and_never_confirmed_gives_way():
    _stored(confirmed=False)
    assert register(NOW).status == 201
    assert reads.get(Account, user_pk("usr_u"), Account.SK) is None
    assert reads.get(EmailClaim, email_pk(BEFORE), EmailClaim.SK) is None
    claim = reads.get(EmailClaim, email_pk(NOW), EmailClaim.SK)
    assert claim is not None
    account = reads.get(Account, user_pk(claim.user_id), Account.SK)
    assert account is not None
    assert account.email == NOW


def test_an_address_is_stored_and_written_to_in_its_one_form(mailbox):
    assert register("U@BÜCHER.example").status == 201
    deliver(*_registered())
    assert [mail.to for mail in mailbox()] == [NOW]


def _registered():
    from shared.identity.events import UserRegistered

    return [UserRegistered(**data) for name, data in events() if name == "UserRegistered"]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("Max <m@example.com>", "An e-mail address such as ada@example.com is needed, without a name around it"),
        ("jürgen@example.com", "Only letters without accents, digits and signs are possible before the @"),
        ("a" * 65 + "@example.com", "At most 64 characters are possible before the @"),
    ],
)
def test_what_no_mail_can_go_to_is_refused_with_its_reason(typed, why):
    answer = register(typed)
    assert (answer.status, answer.json["error"]["details"]) == (400, [{"field": "email", "message": why}])
