"""What administrators do to accounts. Each is an event, which is its audit record; done twice, it happens once."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from shared import messaging
from shared.identity import rules
from shared.identity.errors import OwnRoles
from shared.identity.events import (
    AccountReinstated,
    AccountSuspended,
    AdministrativeEvent,
    RoleGranted,
    RoleRevoked,
)
from shared.identity.items import Account, user_pk
from shared.identity.schemas import AccountView, RoleChange
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import ConditionFailed, Update, Write, transact


def suspend(user_id: str, reason: str, *, by: str, now: datetime) -> AccountView:
    """Suspend an account: it cannot sign in, its tokens are refused within a minute, nothing goes out in its name.

    Raises:
        NotFound: there is no such account.
    """
    event = AccountSuspended(user_id=user_id, by=by, reason=reason)
    silent = messaging.set_suspended_write(user_id, suspended=True)
    return _change(event, [Account.suspended_at.set(now)], Account.suspended_at.does_not_exist(), silent, now=now)


def reinstate(user_id: str, reason: str, *, by: str, now: datetime) -> AccountView:
    """Let a suspended account be used again.

    Raises:
        NotFound: there is no such account.
    """
    event = AccountReinstated(user_id=user_id, by=by, reason=reason)
    heard = messaging.set_suspended_write(user_id, suspended=False)
    return _change(event, [Account.suspended_at.remove()], Account.suspended_at.exists(), heard, now=now)


def change_role(user_id: str, change: RoleChange, *, by: str, now: datetime) -> AccountView:
    """Grant a role or take it away, everywhere or within a tenant; in effect within a minute.

    Raises:
        OwnRoles: it would be the administrator's own; giving up one's own role is fine.
        NotFound: there is no such account.
    """
    if change.granted and user_id == by:
        raise OwnRoles
    granted = rules.grant(change.role, change.tenant_id)
    held = Account.grants.contains(granted)
    made = RoleGranted if change.granted else RoleRevoked
    event = made(user_id=user_id, by=by, role=change.role, tenant_id=change.tenant_id)
    if change.granted:
        return _change(event, [Account.grants.add({granted})], ~held, now=now)
    return _change(event, [Account.grants.delete({granted})], held, now=now)


def _change(
    event: AdministrativeEvent, actions: Sequence[Action], needed: Condition, *also: Write, now: datetime
) -> AccountView:
    """Change an account, and what goes with that, where the change is ``needed``, and return it as it then is."""
    pk = user_pk(event.user_id)
    changed = Update(Account, pk, Account.SK, actions, condition=Account.pk.exists() & needed)
    try:
        transact([changed, *also, outbox(event, at=now)])
    except ConditionFailed as unneeded:
        if unneeded.old is None:
            raise NotFound from None
    account = get(Account, pk, Account.SK)
    if account is None:
        raise NotFound
    return AccountView(
        id=account.user_id,
        roles=sorted(account.grants or ()),
        email_verified=account.verified_at is not None,
        suspended=account.suspended_at is not None,
    )
