"""New accounts."""

from datetime import datetime

from shared.identity import rules
from shared.identity.credentials import Registration
from shared.identity.events import AccountMailRequested, EmailVerified, IdentityEvent, UserRegistered
from shared.identity.items import Account, EmailClaim, Profile, email_pk, user_pk
from shared.identity.schemas import RegistrationAccepted
from shared.kernel.errors import Conflict, ValidationFailed
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.security.passwords import hash_password
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import Check, Put, transact


class AddressTaken(Conflict):
    """The address is another account's; no caller of the API is ever told (X-P-17)."""


def register(registration: Registration, operation: str, *, now: datetime) -> RegistrationAccepted:
    """Open an account, or tell the address's holder by mail that there is one (S-P-01).

    The answer is always the same, and so is the work: one password hash, one read, one transaction. What goes into the
    mail is decided by its sender, later.

    Raises:
        ValidationFailed: the password is too weak.
    """
    password = registration.password.get_secret_value()
    problems = rules.password_problems(password)
    if problems:
        raise ValidationFailed(details=[("password", problem) for problem in problems])
    user_id = derived_id("usr", operation, registration.email)
    account = new_account(user_id, registration.email, hash_password(password), now=now)
    holder = holder_of(registration.email)
    if holder is None:
        try:
            open_account(account, registration.display_name, now=now)
        except AddressTaken:
            holder = holder_of(registration.email)
    # A second try of a request whose answer was lost meets the account that the first one opened.
    if holder is not None and holder != user_id:
        _tell_holder(registration.email, holder, now=now)
    return RegistrationAccepted()


def new_account(user_id: str, email: str, password_hash: str, *, now: datetime) -> Account:
    """Return the item of a new viewer."""
    return Account(
        pk=user_pk(user_id),
        sk=Account.SK,
        user_id=user_id,
        email=email,
        password_hash=password_hash,
        grants={rules.grant("viewer")},
        created_at=now,
    )


def open_account(account: Account, display_name: str, *, now: datetime) -> None:
    """Write account, profile, claim on the address and event together.

    Raises:
        AddressTaken: the address is another account's.
    """
    user_id = account.user_id
    profile = Profile(pk=account.pk, sk=Profile.SK, user_id=user_id, display_name=display_name, version=1)
    claim = EmailClaim(pk=email_pk(account.email), sk=EmailClaim.SK, user_id=user_id)
    happened: list[IdentityEvent] = [UserRegistered(user_id=user_id)]
    if account.verified_at is not None:
        happened.append(EmailVerified(user_id=user_id))
    transact(
        [
            Put(claim, condition=EmailClaim.pk.does_not_exist(), error=AddressTaken),
            Put(account, condition=Account.pk.does_not_exist(), error=AddressTaken),
            Put(profile),
            *(outbox(event, at=now) for event in happened),
        ]
    )


def holder_of(email: str) -> str | None:
    """Return whose an address is."""
    claim = get(EmailClaim, email_pk(email), EmailClaim.SK)
    return claim.user_id if claim else None


def _tell_holder(email: str, user_id: str, *, now: datetime) -> None:
    """Ask for the mail to an address that is known, one a day at most: nobody's mailbox is flooded through us."""
    mail_id = derived_id("mail", "known", user_id, now.date().isoformat())
    claimed = Check(EmailClaim, email_pk(email), EmailClaim.SK, EmailClaim.user_id == user_id, error=AddressTaken)
    transact([claimed, outbox(AccountMailRequested(user_id=user_id, mail_id=mail_id, kind="known"), at=now)])
