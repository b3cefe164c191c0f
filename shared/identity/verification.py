"""Confirmation of addresses: the mail, its link, and what following it does (S-P-01, S-P-03)."""

from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlencode

from shared import messaging
from shared.identity.errors import AlreadyVerified, ExpiredLink, UnknownLink
from shared.identity.events import AccountMailRequested, EmailVerified, UserRegistered
from shared.identity.items import Account, AccountMail, Profile, mail_pk, user_pk
from shared.identity.rules import VERIFICATION_LIFE
from shared.identity.schemas import MailAccepted
from shared.kernel.config import settings
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.security import derived
from shared.kernel.storage.reads import get, get_many
from shared.kernel.storage.writes import ConditionFailed, Put, Update, Write, transact

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


def ask_for_mail(event: UserRegistered | AccountMailRequested, *, now: datetime) -> None:
    """Ask for the mail that an event is about, once however often the event comes.

    No link goes to an address that is confirmed, also where that happens before the mail has left.

    Raises:
        NotFound: the account is gone.
        Unavailable: storage did not answer in time.
    """
    if isinstance(event, UserRegistered):
        event = AccountMailRequested(
            user_id=event.user_id, mail_id=derived_id("mail", "registered", event.user_id), kind="verify"
        )
    account = _account(event.user_id)
    if event.kind == "known":
        writes = _mail_to(account, event.mail_id, "account.known", now=now)
    elif account.verified_at is None:
        writes = _verification(account, event.mail_id, now=now)
    else:
        return
    with suppress(messaging.AlreadyRequested):
        transact(writes)


def _verification(account: Account, mail_id: str, *, now: datetime) -> list[Write]:
    mail = AccountMail(
        pk=mail_pk(mail_id),
        sk=AccountMail.SK,
        user_id=account.user_id,
        seed=derived.new_seed(),
        valid_until=now + VERIFICATION_LIFE,
        expires_at=now + KEPT,
    )
    kept = Put(mail, condition=AccountMail.pk.does_not_exist(), error=messaging.AlreadyRequested)
    asked = _mail_to(
        account,
        mail_id,
        "account.verify",
        variables={"link": _link(mail, mail_id)},
        topics=(_topic(account.user_id),),
        now=now,
    )
    return [kept, *asked]


def _mail_to(
    account: Account,
    mail_id: str,
    template: str,
    *,
    variables: dict[str, messaging.SecretLink] | None = None,
    topics: tuple[str, ...] = (),
    now: datetime,
) -> list[Write]:
    wanted = messaging.MessageRequest(
        key=f"account-mail:{mail_id}",
        recipient_id=account.user_id,
        category="account",
        template=template,
        variables=variables or {},
        valid=VERIFICATION_LIFE,
        topics=topics,
        to=account.email,
    )
    return messaging.request(wanted, now=now)


def _topic(user_id: str) -> str:
    """Return the matter of confirming a user's address: over when it is confirmed."""
    return f"verify-email:{user_id}"


def _link(mail: AccountMail, mail_id: str) -> messaging.SecretLink:
    address = f"{settings().public_url}/v1/auth/verify?{urlencode({'token': mail_id + '.'})}"
    return messaging.SecretLink(address, PURPOSE, mail.seed, (mail_id,))


def _account(user_id: str) -> Account:
    account = get(Account, user_pk(user_id), Account.SK)
    if account is None:
        raise NotFound
    return account


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
        over = messaging.close_topic(_topic(mail.user_id), "CONFIRMED", now=now)
        transact([confirmed, over, outbox(EmailVerified(user_id=mail.user_id), at=now)])
    except ConditionFailed as earlier:
        if earlier.old is None:
            raise UnknownLink from None


def _mail(token: str) -> AccountMail:
    mail_id = token.partition(".")[0]
    mail = get(AccountMail, mail_pk(mail_id), AccountMail.SK)
    if mail is None or not derived.same(token, token_of(mail, mail_id)):
        raise UnknownLink
    return mail


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
