"""Accounts that are signed in, as identity stores them, for tests of what stands on a sign-in."""

from datetime import timedelta

from shared.identity.items import Account, Session, session_sk, user_pk
from shared.identity.registration import new_account
from shared.kernel.caller import Principal
from shared.kernel.clock import system_clock
from shared.kernel.storage.writes import Delete, Put, Update, commit
from tests.triggers import principal


def sign_in(user_id: str = "usr_viewer", session_id: str | None = None) -> Principal:
    """Store a viewer's account and a sign-in, and return who calls with it."""
    now = system_clock().now()
    caller = principal(user_id, "realtime:connect", "live:watch")
    session_id = session_id or caller.session_id
    commit(Put(new_account(user_id, f"{user_id}@wellspring.example", "none", now=now)))
    session = Session(
        pk=user_pk(user_id),
        sk=session_sk(session_id),
        user_id=user_id,
        session_id=session_id,
        seed="seed",
        generation=1,
        rotated_at=now,
        created_at=now,
        expires_at=now + timedelta(days=30),
    )
    commit(Put(session))
    return Principal(user_id, session_id, caller.permissions, caller.verified)


def sign_out(user_id: str, session_id: str) -> None:
    """End a sign-in as identity does, without the event."""
    commit(Delete(Session, user_pk(user_id), session_sk(session_id)))


def suspend(user_id: str) -> None:
    """Suspend an account as identity does, without the event."""
    at = Account.suspended_at.set(system_clock().now())
    commit(Update(Account, user_pk(user_id), Account.SK, [at]))


def demote(user_id: str) -> None:
    """Take an account's last role away as identity does, without the event."""
    commit(Update(Account, user_pk(user_id), Account.SK, [Account.grants.delete({"viewer"})]))
