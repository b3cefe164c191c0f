"""What happens to accounts. Addresses are never in an event: consumers that need one read the account."""

from typing import Literal

from shared.kernel.events import DomainEvent


class IdentityEvent(DomainEvent):
    """Something that happened to an account."""

    domain = "identity"

    user_id: str


class UserRegistered(IdentityEvent):
    """Somebody claims an address; until it is confirmed that gives no rights, expires and gives way to others."""


class EmailVerified(IdentityEvent):
    """The holder confirmed the address."""


class AccountMailRequested(IdentityEvent):
    """A mail is to go to the account's holder; ``mail_id`` is durable.

    ``verify`` is another link, ``known`` tells that somebody tried to register the address again, ``reset`` is a link
    to set a password, ``signed-in`` tells of a sign-in from a device that had none before. There need be no account:
    what is asked for an address is the same whoever has it. ``last`` tells that a while may pass before the address can
    be sent another: its link is good until then.
    """

    mail_id: str
    kind: Literal["verify", "known", "reset", "signed-in"]
    last: bool = False


class RefreshTokenReused(IdentityEvent):
    """A refresh token was used again after its successor: the sign-in was ended."""

    session_id: str


class SessionEnded(IdentityEvent):
    """One sign-in is over: its holder signed out, or a refresh token of it was in two hands."""

    session_id: str
    cause: Literal["signed_out", "reused"]


class SessionsEnded(IdentityEvent):
    """Every sign-in that there was is over: another password was set."""

    cause: Literal["password_set"]


class AdministrativeEvent(IdentityEvent):
    """Something that an administrator did; ``by`` is who."""

    by: str


class AccountSuspended(AdministrativeEvent):
    """The account may not be used until it is reinstated."""

    reason: str


class AccountReinstated(AdministrativeEvent):
    """The account may be used again."""

    reason: str


class RoleGranted(AdministrativeEvent):
    """A role was added, everywhere or within a tenant."""

    role: str
    tenant_id: str | None


class RoleRevoked(AdministrativeEvent):
    """A role was taken away."""

    role: str
    tenant_id: str | None
