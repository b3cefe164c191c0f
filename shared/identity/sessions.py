"""Sign-ins: a session is a family of refresh tokens of which one lives (S-P-04, S-P-09, S-P-11, X-P-14)."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.identity import devices, rules
from shared.identity.credentials import SignIn
from shared.identity.domain import IdentitySettings
from shared.identity.errors import RefreshRefused, WrongCredentials
from shared.identity.events import AccountMailRequested, RefreshTokenReused, SessionEnded
from shared.identity.items import Account, Session, session_sk, user_pk
from shared.identity.registration import holder_of
from shared.identity.schemas import SignedIn, SignedInUser, SignedOut
from shared.identity.standing import find_session
from shared.kernel import rates
from shared.kernel.config import settings_of
from shared.kernel.errors import AccountSuspended, RateLimitExceeded
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id, new_id
from shared.kernel.security import derived, passwords, tokens
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import ConditionFailed, Delete, Put, Update, commit, transact

PURPOSE = "refresh"
_TOKEN = re.compile(r"(usr_[0-9a-z]+)\.(ses_[0-9a-z]+)\.([0-9]{1,9})\.[\w-]{43}", re.ASCII)


class _AlreadyOver(Exception):
    """The session was ended before."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A session after a use of its refresh token, whose account it is, and the family's one live token."""

    account: Account
    session: Session
    token: str


def sign_in(given: SignIn, address: str, *, now: datetime) -> SignedIn:
    """Sign in with address and password (S-P-04).

    The attempt is counted before any work on the password (X-P-07): for the network address by the shell, as a wrong
    one and as a right one here, and what it was not is given back. Devices that signed in before have tries of their
    own, all others share the account's. An unknown address costs the same reads and the same hash as a known one.

    Raises:
        RateLimitExceeded: five wrong passwords for this address in 15 minutes (S-P-14), or too many right ones.
        WrongCredentials: address and password do not belong together.
        AccountSuspended: they do, but the account is suspended.
    """
    account = get(Account, user_pk(holder_of(given.email, now=now)), Account.SK)
    device = devices.known(given.device_token, account)
    wrong = ("login-device", device) if device else ("login-account", given.email)
    _count(wrong, given.email, now=now)
    password = given.password.get_secret_value()
    right = passwords.verify_password(account.password_hash if account else passwords.NOBODYS, password)
    if account is None or not right:
        rates.give_back("login-right", given.email, now=now)
        raise WrongCredentials
    rates.give_back(*wrong, now=now)
    rates.give_back("login-address", address, now=now)
    if account.suspended_at is not None:
        raise AccountSuspended
    if passwords.outdated(account.password_hash, password):
        _rehash(account, password)
    session = _begin(account, new_device=device is None, now=now)
    refreshed = Refreshed(account, session, _token(session, session.generation))
    return _signed_in(refreshed, device=devices.mark(account, device), now=now)


def _count(wrong: tuple[str, str], email: str, *, now: datetime) -> None:
    rates.count(*wrong, now=now)
    try:
        rates.count("login-right", email, now=now)
    except RateLimitExceeded:
        rates.give_back(*wrong, now=now)
        raise


def _rehash(account: Account, password: str) -> None:
    """Keep the password with today's parameters, unless it was changed meanwhile."""
    actions = [Account.password_hash.set(passwords.hash_password(password))]
    unchanged = Account.password_hash == account.password_hash
    try:
        commit(Update(Account, account.pk, account.sk, actions, condition=unchanged))
    except ConditionFailed:
        return


def _life() -> timedelta:
    return timedelta(days=settings_of(IdentitySettings).refresh_token_days)


def _begin(account: Account, *, new_device: bool, now: datetime) -> Session:
    """Keep a new session; of one on a new device its holder hears, once, if anybody confirmed the address (X-N-02)."""
    session_id = new_id("ses")
    session = Session(
        pk=account.pk,
        sk=session_sk(session_id),
        user_id=account.user_id,
        session_id=session_id,
        seed=derived.new_seed(),
        generation=1,
        rotated_at=now,
        passwords_set=account.passwords_set,
        created_at=now,
        expires_at=now + _life(),
    )
    told = AccountMailRequested(user_id=account.user_id, mail_id=derived_id("mail", session_id), kind="signed-in")
    heard = new_device and account.verified_at is not None
    transact([Put(session), *([outbox(told, at=now)] if heard else [])])
    return session


def _token(session: Session, generation: int) -> str:
    proof = derived.derive(PURPOSE, session.seed, session.session_id, str(generation))
    return f"{session.user_id}.{session.session_id}.{generation}.{proof}"


def _signed_in(refreshed: Refreshed, *, device: str | None = None, now: datetime) -> SignedIn:
    account = refreshed.account
    grants = sorted(account.grants or ())
    verified = account.verified_at is not None
    subject = tokens.Subject(
        account.user_id, refreshed.session.session_id, account.email, rules.highest(grants), verified
    )
    access_token, life = tokens.issue(subject, now=now)
    user = SignedInUser(id=account.user_id, email=account.email, email_verified=verified, roles=grants)
    return SignedIn(
        access_token=access_token,
        refresh_token=refreshed.token,
        expires_in=life,
        device_token=device,
        user=user,
    )


def refresh(refresh_token: str, *, now: datetime) -> SignedIn:
    """Give the next pair of tokens for a refresh token.

    Raises:
        RefreshRefused: it is not one of ours, expired, signed out, or was used before: then the session is ended.
        AccountSuspended: the account is suspended.
    """
    return _signed_in(rotate(refresh_token, now=now), now=now)


def rotate(refresh_token: str, *, now: datetime) -> Refreshed:
    """Move a session on to its next refresh token.

    Tokens are derived, not stored: the only state is the number of the live one, moved on by one conditional write. So
    there is never more than one, and whoever asks again within 10 seconds gets that same one, also when the function
    died between writing and answering.

    Raises:
        RefreshRefused: see ``refresh``.
        AccountSuspended: the account is suspended.
    """
    user_id, session_id, generation = _parts(refresh_token)
    found = find_session(user_id, session_id, now=now)
    if found is None:
        raise RefreshRefused
    account, session = found
    # The token is compared as a whole: no other way of writing its number is a second token.
    if not derived.same(refresh_token, _token(session, generation)):
        raise RefreshRefused
    if account.suspended_at is not None:
        raise AccountSuspended
    return Refreshed(account, session, _token(session, _next(session, generation, now=now)))


def _parts(refresh_token: str) -> tuple[str, str, int]:
    parts = _TOKEN.fullmatch(refresh_token)
    if parts is None:
        raise RefreshRefused
    return parts[1], parts[2], int(parts[3])


def _next(session: Session, generation: int, *, now: datetime) -> int:
    """Return the number of the live token after a use of the ``generation``-th."""
    use = rules.use_of(generation, present=session.generation, rotated_at=session.rotated_at, now=now)
    if use is rules.Use.ROTATE:
        moved = _move(session, generation, now=now)
        if moved is None:
            return generation + 1
        # Another use of the same token, or an earlier try of this one, came first.
        use = rules.use_of(generation, present=moved.generation, rotated_at=moved.rotated_at, now=now)
    if use is rules.Use.REPEAT:
        return generation + 1
    _end_reused(session, now=now)
    raise RefreshRefused


def _move(session: Session, generation: int, *, now: datetime) -> Session | None:
    """Move the family on from ``generation``; where it has moved already return it as it stands."""
    actions = [
        Session.generation.set(generation + 1),
        Session.rotated_at.set(now),
        Session.expires_at.set(now + _life()),
    ]
    try:
        commit(Update(Session, session.pk, session.sk, actions, condition=Session.generation == generation))
    except ConditionFailed as stale:
        if stale.old is None:
            raise RefreshRefused from None
        moved: Session = Session.load(stale.old)
        return moved
    return None


def _end_reused(session: Session, *, now: datetime) -> None:
    """End a session one of whose tokens is in two hands."""
    ended = Delete(Session, session.pk, session.sk, condition=Session.pk.exists(), error=RefreshRefused)
    who = {"user_id": session.user_id, "session_id": session.session_id}
    events = (RefreshTokenReused(**who), SessionEnded(**who, cause="reused"))
    transact([ended, *(outbox(event, at=now) for event in events)])


def sign_out(user_id: str, session_id: str, *, now: datetime) -> SignedOut:
    """End a session; ending it again is fine."""
    standing = Session.pk.exists()
    ended = Delete(Session, user_pk(user_id), session_sk(session_id), condition=standing, error=_AlreadyOver)
    event = SessionEnded(user_id=user_id, session_id=session_id, cause="signed_out")
    with suppress(_AlreadyOver):
        transact([ended, outbox(event, at=now)])
    return SignedOut()
