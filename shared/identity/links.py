"""Links that prove a mailbox: who opens one reads the mails of its address. Opening one changes nothing (D-50)."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

from shared import messaging
from shared.identity.errors import UnknownLink
from shared.identity.items import Account, AccountMail, mail_pk, user_pk
from shared.kernel.config import settings
from shared.kernel.security import derived
from shared.kernel.storage.reads import get

CONFIRM = "verify-email"
RESET = "reset-password"
"""What a link is for, which is also the purpose of its token."""

PATHS = {CONFIRM: "/v1/auth/verify", RESET: "/v1/auth/password-reset"}

KEPT = timedelta(days=30)


def new_mail(account: Account, mail_id: str, purpose: str, life: timedelta, *, now: datetime) -> AccountMail:
    """Return the item of a mail with a link that is good for a while, and until another password is set."""
    return AccountMail(
        pk=mail_pk(mail_id),
        sk=AccountMail.SK,
        user_id=account.user_id,
        purpose=purpose,
        passwords_set=account.passwords_set,
        seed=derived.new_seed(),
        valid_until=now + life,
        expires_at=now + KEPT,
    )


def link(mail: AccountMail, mail_id: str) -> messaging.SecretLink:
    """Return the link of a mail."""
    address = f"{settings().public_url}{PATHS[mail.purpose]}?{urlencode({'token': mail_id + '.'})}"
    return messaging.SecretLink(address, mail.purpose, mail.seed, (mail_id,))


def find(token: str, purpose: str) -> tuple[AccountMail, Account | None]:
    """Return the mail that a token was sent in, and its account: ``None`` where a newer registration has replaced it.

    Raises:
        UnknownLink: it is none of ours, or for something else.
    """
    mail_id = token.partition(".")[0]
    mail = get(AccountMail, mail_pk(mail_id), AccountMail.SK)
    if mail is None or mail.purpose != purpose or not derived.same(token, _token(mail, mail_id)):
        raise UnknownLink
    return mail, get(Account, user_pk(mail.user_id), Account.SK)


def _token(mail: AccountMail, mail_id: str) -> str:
    return f"{mail_id}.{derived.derive(mail.purpose, mail.seed, mail_id)}"
