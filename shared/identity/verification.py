"""Confirmation of addresses: who reads their mails sets the password, or gives the one that was set (S-P-01, S-P-03).

Whoever registers may not own the address. So the link alone confirms nothing, and neither does the password alone.
"""

from datetime import datetime
from typing import Any

from shared import messaging
from shared.identity import links, new_passwords
from shared.identity.errors import AlreadyVerified, ExpiredLink, WrongPassword
from shared.identity.events import AccountMailRequested, EmailVerified, SessionsEnded
from shared.identity.items import Account, EmailClaim, Profile, email_pk, user_pk
from shared.identity.mails import count_unconfirmed, topic_of
from shared.identity.schemas import MailAccepted
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.security.passwords import verify_password
from shared.kernel.storage.reads import get, get_many
from shared.kernel.storage.writes import ConditionFailed, Update, Write, transact


def request_mail(user_id: str, operation: str, *, now: datetime) -> MailAccepted:
    """Ask for another verification mail.

    Raises:
        NotFound: there is no such account.
        AlreadyVerified: the address is confirmed.
        RateLimitExceeded: the address has got as many as one that nobody confirmed may get.
    """
    account = get(Account, user_pk(user_id), Account.SK)
    if account is None:
        raise NotFound
    if account.verified_at is not None:
        raise AlreadyVerified
    count_unconfirmed(account.email, now=now)
    mail_id = derived_id("mail", operation)
    event = AccountMailRequested(user_id=user_id, mail_id=mail_id, kind="verify")
    transact([outbox(event, at=now, event_id=mail_id)])
    return MailAccepted()


def open_link(token: str, *, now: datetime) -> Account:
    """Return the account that a link would confirm, or has confirmed; nothing is changed.

    Raises:
        UnknownLink: it is not one of ours.
        ExpiredLink: it is older than 24 hours, or a newer registration of the address has taken its place.
    """
    mail, account = links.find(token, links.CONFIRM)
    if account is None or (account.verified_at is None and now >= mail.valid_until):
        raise ExpiredLink
    return account


def confirm(token: str, password: str, new_password: str, *, now: datetime) -> None:
    """Confirm the address that a link was sent to; the same again is fine.

    Args:
        token: of the link.
        password: the one that was set at registration, empty where another one is set.
        new_password: one to set, with which every sign-in until now is over; empty to keep the one there is.
        now: when.

    Raises:
        UnknownLink: it is not one of ours.
        ExpiredLink: it is older than 24 hours, or a newer registration of the address has taken its place.
        ValidationFailed: the new password is too weak, or there is none of both.
        WrongPassword: it is not the one of the registration.
        AlreadyVerified: the address is confirmed, with another password.
    """
    account = open_link(token, now=now)
    if account.verified_at is not None:
        if not verify_password(account.password_hash, new_password or password):
            raise AlreadyVerified
        return
    if new_password:
        writes = _confirming(account, *new_passwords.setting(new_password), now=now)
        writes.append(outbox(SessionsEnded(user_id=account.user_id, cause="password_set"), at=now))
    elif verify_password(account.password_hash, password):
        writes = _confirming(account, now=now)
    else:
        raise WrongPassword
    try:
        transact(writes)
    except ConditionFailed:
        # Another try was faster, or a newer registration.
        if open_link(token, now=now).verified_at is None:
            raise ExpiredLink from None
        raise AlreadyVerified from None


def _confirming(account: Account, *actions: Any, now: datetime) -> list[Write]:
    """Return the writes that make a claim on an address an account."""
    pk = account.pk
    unconfirmed = Account.pk.exists() & Account.verified_at.does_not_exist()
    as_read = unconfirmed & (Account.password_hash == account.password_hash)
    held = EmailClaim.user_id == account.user_id
    return [
        Update(Account, pk, Account.SK, [Account.verified_at.set(now), Account.expires_at.remove(), *actions], as_read),
        Update(EmailClaim, email_pk(account.email), EmailClaim.SK, [EmailClaim.expires_at.remove()], held),
        Update(Profile, pk, Profile.SK, [Profile.expires_at.remove()], Profile.pk.exists()),
        messaging.close_topic(topic_of(account.user_id), "CONFIRMED", now=now),
        outbox(EmailVerified(user_id=account.user_id), at=now),
    ]


def enlist(event: EmailVerified) -> None:
    """Make a user reachable at the address they confirmed.

    Raises:
        NotFound: the account is gone.
    """
    pk = user_pk(event.user_id)
    account, profile = get_many([(Account, pk, Account.SK), (Profile, pk, Profile.SK)])
    if account is None or profile is None:
        raise NotFound
    transact(messaging.enlist_user(event.user_id, profile.display_name, account.email))
