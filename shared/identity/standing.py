"""Whether a sign-in still holds: one call, which every way in asks."""

from datetime import datetime

from shared.identity.items import Account, Session, session_sk, user_pk
from shared.kernel.storage.reads import get_many


def find_session(user_id: str, session_id: str, *, now: datetime) -> tuple[Account, Session] | None:
    """Return an account and one of its sessions; ``None`` where that is over. Suspended is not over.

    Over is what was ended, what has expired, and what was opened under an earlier password. One call.
    """
    pk = user_pk(user_id)
    account, session = get_many([(Account, pk, Account.SK), (Session, pk, session_sk(session_id))])
    if account is None or session is None or now >= session.expires_at:
        return None
    return (account, session) if session.passwords_set == account.passwords_set else None
