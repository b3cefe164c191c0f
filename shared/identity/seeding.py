"""Accounts that a deployment starts with."""

from collections.abc import Iterable
from datetime import datetime

from shared.identity.items import Account
from shared.identity.registration import AddressTaken, claim_on, new_account, open_account
from shared.identity.rules import Role, grant
from shared.kernel.ids import derived_id
from shared.kernel.security.passwords import hash_password
from shared.kernel.text.addresses import canonical_address


def ensure_account(email: str, password: str, display_name: str, roles: Iterable[Role], now: datetime) -> str:
    """Open a confirmed account with these roles unless the address has one, and return its user id.

    An account that is there is left as it is: doing it twice changes nothing. A claim that nobody confirmed gives way.
    """
    address = canonical_address(email)
    claim = claim_on(address, now=now)
    if claim is not None and claim.expires_at is None:
        return claim.user_id
    account: Account = new_account(derived_id("usr", "seed", address), address, hash_password(password), now=now)
    account.grants = {"viewer", *(grant(role) for role in roles)}
    account.verified_at, account.expires_at = now, None
    try:
        open_account(account, display_name, replaces=claim, now=now)
    except AddressTaken:
        # Another run opened it at the same moment, with the same id.
        return account.user_id
    return account.user_id
