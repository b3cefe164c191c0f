"""New accounts. A registration is a claim on an address: whoever confirms it first has it (D-50)."""

from datetime import datetime

from shared.identity import mails, new_passwords, rules
from shared.identity.credentials import Registration
from shared.identity.events import AccountMailRequested, EmailVerified, IdentityEvent, UserRegistered
from shared.identity.items import Account, EmailClaim, Profile, email_pk, user_pk
from shared.identity.schemas import RegistrationAccepted
from shared.kernel.errors import Conflict, RateLimitExceeded
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage.conflicts import retry_on_conflict
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import Check, Delete, Put, Write, transact
from shared.kernel.telemetry import logger
from shared.kernel.text.forms import address_forms

NOBODY = "nobody"
"""In place of the user whose an address would be."""


class AddressTaken(Conflict):
    """Another took or confirmed the address at the same moment; no caller of the API is ever told (X-P-17)."""


class _Unconfirmed(Exception):
    """Nobody confirmed the address: the claim on it gives way."""


def register(registration: Registration, operation: str, *, now: datetime) -> RegistrationAccepted:
    """Claim an address, in the place of whoever claims it unconfirmed, or tell its holder by mail (S-P-01).

    The answer is always the same, and so is the work: one password hash, one read, one transaction. What goes into the
    mail is decided by its sender, later. Where an address that nobody confirmed got its mails, nothing happens: the
    claim that the last of them confirms stays.

    Raises:
        ValidationFailed: the password is too weak.
        Unavailable: others claimed the address at the same moment, every time.
    """
    email = registration.email
    password_hash = new_passwords.hashed(registration.password.get_secret_value())
    account = new_account(derived_id("usr", operation, email), email, password_hash, now=now)
    try:
        mails.count_unconfirmed(email, now=now)
    except RateLimitExceeded:
        # The caller is told nothing: that the address got its mails is the business of whoever reads them.
        logger().info("registration_not_kept", reason="its address has had its mails")
        return RegistrationAccepted()
    _claim(account, registration.display_name, now=now)
    return RegistrationAccepted()


def _claim(account: Account, display_name: str, *, now: datetime) -> None:
    def claim_as_read() -> None:
        claim = _kept_for(account.email)
        # A second try of a request whose answer was lost meets the account that the first one opened.
        if claim is not None and claim.user_id == account.user_id:
            return
        try:
            if claim is None or claim.expires_at is not None:
                open_account(account, display_name, replaces=claim, now=now)
            else:
                _tell_holder(claim.user_id, now=now)
        except _Unconfirmed:
            # Registered before claims had an end.
            open_account(account, display_name, replaces=claim, now=now)

    retry_on_conflict(claim_as_read, of=AddressTaken)


def new_account(user_id: str, email: str, password_hash: str, *, now: datetime) -> Account:
    """Return the item of a new viewer, whose address nobody confirmed yet."""
    return Account(
        pk=user_pk(user_id),
        sk=Account.SK,
        user_id=user_id,
        email=email,
        password_hash=password_hash,
        grants={rules.grant("viewer")},
        created_at=now,
        expires_at=now + rules.CLAIM_LIFE,
    )


def open_account(account: Account, display_name: str, *, replaces: EmailClaim | None, now: datetime) -> None:
    """Write account, profile, claim on the address and event together; the claim it replaces is gone with its account.

    Raises:
        AddressTaken: the address was taken by another, or the claim confirmed.
    """
    user_id, ends = account.user_id, account.expires_at
    profile = Profile(
        pk=account.pk, sk=Profile.SK, user_id=user_id, display_name=display_name, version=1, expires_at=ends
    )
    claim = EmailClaim(pk=email_pk(account.email), sk=EmailClaim.SK, user_id=user_id, expires_at=ends)
    in_place = replaces is not None and replaces.pk == claim.pk
    as_read = EmailClaim.user_id == replaces.user_id if replaces and in_place else EmailClaim.pk.does_not_exist()
    happened: list[IdentityEvent] = [UserRegistered(user_id=user_id)]
    if account.verified_at is not None:
        happened.append(EmailVerified(user_id=user_id))
    transact(
        [
            Put(claim, condition=as_read, error=AddressTaken),
            Put(account, condition=Account.pk.does_not_exist(), error=AddressTaken),
            Put(profile),
            *(_giving_way(replaces.user_id) if replaces else ()),
            *(_gone(replaces) if replaces and not in_place else ()),
            *(outbox(event, at=now) for event in happened),
        ]
    )


def _giving_way(user_id: str) -> list[Write]:
    pk, unconfirmed = user_pk(user_id), Account.verified_at.does_not_exist()
    return [
        Delete(Account, pk, Account.SK, condition=unconfirmed, error=AddressTaken),
        Delete(Profile, pk, Profile.SK),
    ]


def _gone(claim: EmailClaim) -> list[Write]:
    """Return the write that ends a claim under the form that its address was kept in before."""
    as_read = EmailClaim.user_id == claim.user_id
    return [Delete(EmailClaim, claim.pk, claim.sk, condition=as_read, error=AddressTaken)]


def _kept_for(email: str) -> EmailClaim | None:
    """Return the claim on an address as it stands, in whichever form it was kept."""
    kept = [get(EmailClaim, email_pk(form), EmailClaim.SK) for form in address_forms(email)]
    return next((claim for claim in kept if claim is not None), None)


def claim_on(email: str, *, now: datetime) -> EmailClaim | None:
    """Return the claim on an address; one that nobody confirmed in time is none."""
    claim = _kept_for(email)
    return None if claim is None or (claim.expires_at is not None and now >= claim.expires_at) else claim


def holder_of(email: str, *, now: datetime) -> str:
    """Return whose an address is, or who claims it; ``NOBODY`` where it is free."""
    claim = claim_on(email, now=now)
    return claim.user_id if claim else NOBODY


def _tell_holder(user_id: str, *, now: datetime) -> None:
    """Ask for the mail to an address that is known, one a day at most: nobody's mailbox is flooded through us."""
    mail_id = derived_id("mail", "known", user_id, now.date().isoformat())
    confirmed = Check(Account, user_pk(user_id), Account.SK, Account.verified_at.exists(), error=_Unconfirmed)
    transact([confirmed, outbox(AccountMailRequested(user_id=user_id, mail_id=mail_id, kind="known"), at=now)])
