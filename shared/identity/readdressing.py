"""Accounts whose address was stored with its domain in its own letters move to the one form (``address_forms``)."""

from shared.identity.items import Account, EmailClaim, email_pk
from shared.kernel.storage.moving import Outcome
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import ConditionFailed, Delete, Put, Update, Write, transact
from shared.kernel.text.forms import address_forms


class _Taken(Exception):
    """The one form is another account's."""


def move(account: Account) -> Outcome:
    """Keep an account under the one form of its address; where another has that, a person decides."""
    kept = address_forms(account.email)[0]
    if account.email == kept:
        return Outcome.SAME
    try:
        transact([*_claim_moved(account, kept), _address_moved(account, kept)])
    except _Taken:
        return Outcome.LEFT
    except ConditionFailed:
        return Outcome.CHANGED
    return Outcome.MOVED


def _claim_moved(account: Account, kept: str) -> list[Write]:
    """Return the writes that move a claim; an account whose claim gave way to another has none."""
    claim = get(EmailClaim, email_pk(account.email), EmailClaim.SK)
    if claim is None or claim.user_id != account.user_id:
        return []
    before = Delete(EmailClaim, claim.pk, claim.sk, condition=EmailClaim.user_id == account.user_id)
    claim.pk = email_pk(kept)
    return [Put(claim, condition=EmailClaim.pk.does_not_exist(), error=_Taken), before]


def _address_moved(account: Account, kept: str) -> Update:
    as_read = Account.email == account.email
    return Update(Account, account.pk, account.sk, [Account.email.set(kept)], condition=as_read)
