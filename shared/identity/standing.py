"""Whether a sign-in still holds: one call, which every way in asks."""

from datetime import datetime

from shared.identity.items import Account, Session, session_sk, user_pk
from shared.kernel.storage.reads import get_many


def find_session(user_id: str, session_id: str, *, now: datetime) -> tuple[Account, Session] | None:
    """Return an account and one of its sessions; ``None`` where that is over. Suspended is not over.

    Over is what was ended, what has expired, what was opened under an earlier password, and with a claim on an address
    that nobody confirmed in time. One call.
    """
    pk = user_pk(user_id)
    account, session = get_many([(Account, pk, Account.SK), (Session, pk, session_sk(session_id))])
    if account is None or session is None or now >= session.expires_at:
        return None
    if session.passwords_set != account.passwords_set or expired(account, now=now):
        return None
    return account, session


def expired(account: Account, *, now: datetime) -> bool:
    """Tell whether an account is a claim that nobody confirmed in time."""
    return account.expires_at is not None and now >= account.expires_at
