"""A new password for whoever reads the mails of a confirmed address."""

from datetime import datetime

from shared.identity import links, mails, new_passwords
from shared.identity.errors import ExpiredLink
from shared.identity.events import AccountMailRequested, SessionsEnded
from shared.identity.items import Account
from shared.identity.registration import holder_of
from shared.identity.schemas import ResetAccepted
from shared.kernel import rates
from shared.kernel.errors import RateLimitExceeded
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage.writes import Update, transact
from shared.kernel.telemetry import logger


def request(email: str, operation: str, *, now: datetime) -> ResetAccepted:
    """Ask for a mail with a link to set a new password.

    The answer is always the same, and so is the work; whether there is somebody to write to, the mail's maker finds
    out. A link lives as long as the short limit's window, and the last one of the day as long as the long one's:
    whoever is refused here has one that is good, also where a stranger used up the mails.
    """
    try:
        rates.count("password-reset", email, now=now)
        last = rates.count("password-reset-long", email, now=now).remaining == 0
    except RateLimitExceeded:
        # The caller is told nothing: that the address got its links is the business of whoever reads them.
        logger().info("reset_not_sent", reason="its address has had its links")
        return ResetAccepted()
    mail_id = derived_id("mail", "reset", operation)
    user_id = holder_of(email, now=now)
    event = AccountMailRequested(user_id=user_id, mail_id=mail_id, kind="reset", last=last)
    transact([outbox(event, at=now, event_id=mail_id)])
    return ResetAccepted()


def open_link(token: str, *, now: datetime) -> Account:
    """Return the account whose password a link sets; nothing is changed.

    Raises:
        UnknownLink: it is not one of ours.
        ExpiredLink: it is too old, or another password was set since it was sent.
    """
    mail, account = links.find(token, links.RESET)
    if account is None or now >= mail.valid_until or mail.passwords_set != account.passwords_set:
        raise ExpiredLink
    return account


def set_password(token: str, password: str, *, now: datetime) -> None:
    """Set the password of the account that a link was sent to: every sign-in is over, and its holder is told.

    Wrong passwords that were tried before stand in nobody's way any more.

    Raises:
        UnknownLink: it is not one of ours.
        ExpiredLink: it is too old, or another password was set since it was sent.
        ValidationFailed: the password is too weak.
    """
    account = open_link(token, now=now)
    actions = new_passwords.setting(password)
    unchanged = Account.passwords_set == account.passwords_set
    if account.passwords_set == 0:
        unchanged |= Account.passwords_set.does_not_exist()
    told = mails.to_holder(account, f"{account.user_id}#{account.passwords_set + 1}", "account.password-set", now=now)
    ended = SessionsEnded(user_id=account.user_id, cause="password_set")
    changed = Update(
        Account, account.pk, Account.SK, actions, condition=Account.pk.exists() & unchanged, error=ExpiredLink
    )
    transact([changed, *told, outbox(ended, at=now)])
    rates.forgive("login-account", account.email)
