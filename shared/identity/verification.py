"""Confirmation of addresses: the mail, its link, and what following it does (S-P-01, S-P-03)."""

from datetime import datetime, timedelta

from shared.identity import mails
from shared.identity.errors import AlreadyVerified, ExpiredLink, UnknownLink
from shared.identity.events import AccountMailRequested, EmailVerified, UserRegistered
from shared.identity.items import Account, AccountMail, mail_pk, user_pk
from shared.identity.rules import VERIFICATION_LIFE
from shared.identity.schemas import MailAccepted
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.security import derived
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import ConditionFailed, Put, Update, commit, transact

PURPOSE = "verify-email"
KEPT = timedelta(days=30)


def request_mail(user_id: str, operation: str, *, now: datetime) -> MailAccepted:
    """Ask for another verification mail.

    Raises:
        NotFound: there is no such account.
        AlreadyVerified: the address is confirmed.
    """
    account = _account(user_id)
    if account.verified_at is not None:
        raise AlreadyVerified
    mail_id = derived_id("mail", operation)
    event = AccountMailRequested(user_id=user_id, mail_id=mail_id, kind="verify")
    transact([outbox(event, at=now, event_id=mail_id)])
    return MailAccepted()


def send_mail(event: UserRegistered | AccountMailRequested, *, now: datetime) -> None:
    """Send the mail that an event asks for, once however often the event comes.

    A crash after sending and before that is noted sends the same mail, with the same link, once more. No link goes to
    an address that is confirmed already.

    Raises:
        NotFound: the account is gone.
        Unavailable: storage did not answer in time.
    """
    if isinstance(event, UserRegistered):
        event = AccountMailRequested(
            user_id=event.user_id, mail_id=derived_id("mail", "registered", event.user_id), kind="verify"
        )
    account, mail = _account(event.user_id), _claimed(event, now=now)
    needless = event.kind == "verify" and account.verified_at is not None
    if mail.sent_at is not None or needless:
        return
    if event.kind == "verify":
        mails.send_verification(account.email, token_of(mail, event.mail_id))
    else:
        mails.send_already_registered(account.email)
    commit(Update(AccountMail, mail.pk, mail.sk, [AccountMail.sent_at.set(now)]))


def _account(user_id: str) -> Account:
    account = get(Account, user_pk(user_id), Account.SK)
    if account is None:
        raise NotFound
    return account


def _claimed(event: AccountMailRequested, *, now: datetime) -> AccountMail:
    """Return the mail's item: the first delivery makes it, the others find it."""
    mail = AccountMail(
        pk=mail_pk(event.mail_id),
        sk=AccountMail.SK,
        user_id=event.user_id,
        kind=event.kind,
        seed=derived.new_seed(),
        valid_until=now + VERIFICATION_LIFE,
        expires_at=now + KEPT,
    )
    try:
        commit(Put(mail, condition=AccountMail.pk.does_not_exist()))
    except ConditionFailed as first:
        found: AccountMail = AccountMail.load(first.old or {})
        return found
    return mail


def token_of(mail: AccountMail, mail_id: str) -> str:
    """Return the token in a mail's link."""
    return f"{mail_id}.{derived.derive(PURPOSE, mail.seed, mail_id)}"


def confirm(token: str, *, now: datetime) -> None:
    """Confirm the address that a link was sent to. Following a link twice is fine.

    Raises:
        UnknownLink: it is not one of ours.
        ExpiredLink: it is older than 24 hours, and the address is not confirmed.
    """
    mail = _mail(token)
    if now >= mail.valid_until:
        if _account(mail.user_id).verified_at is None:
            raise ExpiredLink
        return
    confirmed = Update(
        Account,
        user_pk(mail.user_id),
        Account.SK,
        [Account.verified_at.set(now)],
        condition=Account.pk.exists() & Account.verified_at.does_not_exist(),
    )
    try:
        transact([confirmed, outbox(EmailVerified(user_id=mail.user_id), at=now)])
    except ConditionFailed as earlier:
        if earlier.old is None:
            raise UnknownLink from None


def _mail(token: str) -> AccountMail:
    mail_id = token.partition(".")[0]
    mail = get(AccountMail, mail_pk(mail_id), AccountMail.SK)
    if mail is None or mail.kind != "verify" or not derived.same(token, token_of(mail, mail_id)):
        raise UnknownLink
    return mail
