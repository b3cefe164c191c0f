"""The mails of an account: asked for with their cause, made from what holds when they are made."""

from datetime import datetime, timedelta

from shared import messaging
from shared.identity import links
from shared.identity.events import AccountMailRequested, UserRegistered
from shared.identity.items import Account, AccountMail, EmailClaim, Profile, email_pk, user_pk
from shared.identity.rules import CLAIM_LIFE, LAST_RESET_LIFE, RESET_LIFE
from shared.kernel import rates
from shared.kernel.ids import derived_id
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import Put, Update, Write, transact
from shared.kernel.telemetry import logger


class _NotSoAnyMore(Exception):
    """The address was confirmed, or its claim gave way to another, since the account was read."""


def count_unconfirmed(email: str, *, now: datetime) -> None:
    """Count a mail to an address that nobody confirmed: whoever registers it, and however often.

    Raises:
        RateLimitExceeded: it has got as many as such an address may get.
    """
    rates.count("unconfirmed-mails", email, now=now)
    rates.count("unconfirmed-mails-long", email, now=now)


def topic_of(user_id: str) -> str:
    """Return the matter of confirming a user's address: over when it is confirmed."""
    return f"verify-email:{user_id}"


def ask_for_mail(event: UserRegistered | AccountMailRequested, *, now: datetime) -> None:
    """Ask for the mail that an event is about, once however often the event comes.

    None goes out where it would say what is not so any more: to a claim that has given way or expired, a link to an
    address that is confirmed, a new password to one that nobody confirmed.

    Raises:
        Unavailable: storage did not answer in time.
    """
    if isinstance(event, UserRegistered):
        event = AccountMailRequested(
            user_id=event.user_id, mail_id=derived_id("mail", "registered", event.user_id), kind="verify"
        )
    account = get(Account, user_pk(event.user_id), Account.SK)
    if account is None or (account.verified_at is None) != (event.kind == "verify"):
        return
    writes = _WRITES[event.kind](account, event, now)
    try:
        transact(writes)
    except (messaging.AlreadyRequested, _NotSoAnyMore) as reason:
        logger().info("account_mail_not_asked_for", kind=event.kind, reason=type(reason).__name__)


def _verification(account: Account, asked: AccountMailRequested, now: datetime) -> list[Write]:
    """Return the writes of the mail that asks to confirm; the claim lives as long as the link."""
    until = now + CLAIM_LIFE
    unconfirmed = Account.verified_at.does_not_exist() & Account.pk.exists()
    held = EmailClaim.user_id == account.user_id
    return [
        *_linked(account, asked.mail_id, links.CONFIRM, "account.verify", CLAIM_LIFE, now=now),
        Update(Account, account.pk, Account.SK, [Account.expires_at.set(until)], unconfirmed, _NotSoAnyMore),
        Update(
            EmailClaim, email_pk(account.email), EmailClaim.SK, [EmailClaim.expires_at.set(until)], held, _NotSoAnyMore
        ),
        Update(Profile, account.pk, Profile.SK, [Profile.expires_at.set(until)], Profile.pk.exists(), _NotSoAnyMore),
    ]


def _known(account: Account, asked: AccountMailRequested, now: datetime) -> list[Write]:
    return to_holder(account, asked.mail_id, "account.known", now=now)


def _signed_in(account: Account, asked: AccountMailRequested, now: datetime) -> list[Write]:
    return to_holder(account, asked.mail_id, "account.signed-in", now=now)


def _reset(account: Account, asked: AccountMailRequested, now: datetime) -> list[Write]:
    template, life = ("account.reset-last", LAST_RESET_LIFE) if asked.last else ("account.reset", RESET_LIFE)
    return _linked(account, asked.mail_id, links.RESET, template, life, now=now)


_WRITES = {"verify": _verification, "known": _known, "reset": _reset, "signed-in": _signed_in}


def _linked(
    account: Account, mail_id: str, purpose: str, template: str, life: timedelta, *, now: datetime
) -> list[Write]:
    mail = links.new_mail(account, mail_id, purpose, life, now=now)
    kept = Put(mail, condition=AccountMail.pk.does_not_exist(), error=messaging.AlreadyRequested)
    variables = {"link": links.link(mail, mail_id)}
    topics = (topic_of(account.user_id),) if purpose == links.CONFIRM else ()
    return [kept, *to_holder(account, mail_id, template, variables=variables, topics=topics, valid=life, now=now)]


def to_holder(
    account: Account,
    mail_id: str,
    template: str,
    *,
    variables: dict[str, messaging.SecretLink] | None = None,
    topics: tuple[str, ...] = (),
    valid: timedelta = CLAIM_LIFE,
    now: datetime,
) -> list[Write]:
    """Return the writes that send a mail to an account's address, confirmed or not."""
    wanted = messaging.MessageRequest(
        key=f"account-mail:{mail_id}",
        recipient_id=account.user_id,
        category="account",
        template=template,
        variables=variables or {},
        valid=valid,
        topics=topics,
        to=account.email,
    )
    return messaging.request(wanted, now=now)
