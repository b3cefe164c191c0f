"""What identity stores. Everything about one user is in one partition; nothing here gives a password or token away."""

import hashlib

from pynamodb.attributes import UnicodeAttribute, UnicodeSetAttribute

from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.table import Table

DOMAIN = "identity"

TABLE = Table(DOMAIN)

KEYS_PK = "KEYS"


def user_pk(user_id: str) -> str:
    """Return the partition of a user."""
    return f"USER#{user_id}"


def session_sk(session_id: str) -> str:
    """Return the sort key of a sign-in."""
    return f"SESSION#{session_id}"


def email_pk(email: str) -> str:
    """Return the partition of an address: its hash, so that keys in logs and metrics name nobody."""
    return f"EMAIL#{hashlib.sha256(email.encode()).hexdigest()}"


def mail_pk(mail_id: str) -> str:
    """Return the partition of an account mail."""
    return f"MAIL#{mail_id}"


class Account(Item):
    """Who may sign in, and what they may.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | login, authorization (with the session: one call), me |
    | sk | ``ACCOUNT`` | |

    ``grants`` is a set of roles, ``role`` or ``role@tenant``: authorization needs all of them at every read, and a set
    takes a grant or gives it up in one write however many are made at once. ``passwords_set`` counts the passwords
    that were set after the first: a session that was opened under an earlier one is over, however many there are.
    ``expires_at`` is there until the address is confirmed: so long it is a claim on it, which gives way to any other.
    """

    domain = DOMAIN
    SK = "ACCOUNT"

    user_id = UnicodeAttribute()
    email = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    grants = UnicodeSetAttribute(null=True)
    created_at = InstantAttribute()
    verified_at = InstantAttribute(null=True)
    suspended_at = InstantAttribute(null=True)
    passwords_set = IntegerAttribute(default=0)
    expires_at = ExpiryAttribute(null=True)


class Profile(Item):
    """What others see of a user (S-P-02).

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | me, names of users |
    | sk | ``PROFILE`` | |
    """

    domain = DOMAIN
    SK = "PROFILE"

    user_id = UnicodeAttribute()
    display_name = UnicodeAttribute()
    bio = UnicodeAttribute(null=True)
    avatar_url = UnicodeAttribute(null=True)
    version = IntegerAttribute()
    expires_at = ExpiryAttribute(null=True)


class EmailClaim(Item):
    """Whose an address is: one user's, or as long as ``expires_at`` is there, who claims it.

    | key | value | access |
    |---|---|---|
    | pk | ``EMAIL#<hash of address>`` | register, login |
    | sk | ``EMAIL`` | |
    """

    domain = DOMAIN
    SK = "EMAIL"

    user_id = UnicodeAttribute()
    expires_at = ExpiryAttribute(null=True)


class Session(Item):
    """A sign-in, which is a family of refresh tokens. Gone once it is ended.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | authorization, refresh, logout |
    | sk | ``SESSION#<session>`` | |

    No token is stored: the one of a ``generation`` is derived from ``seed`` and a secret, so that a family has exactly
    one live token and a lost reply can be given again. ``passwords_set`` is the account's when the session was opened.
    """

    domain = DOMAIN

    user_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    seed = UnicodeAttribute()
    generation = IntegerAttribute()
    rotated_at = InstantAttribute()
    passwords_set = IntegerAttribute(default=0)
    created_at = InstantAttribute()
    expires_at = ExpiryAttribute()


class AccountMail(Item):
    """A mail with a link, to confirm an address or to set a password; its token is derived from ``seed`` and a secret.

    | key | value | access |
    |---|---|---|
    | pk | ``MAIL#<mail>`` | made with the request of the message; confirm an address, set a password |
    | sk | ``MAIL`` | |

    ``valid_until`` is compared with the clock. The item outlives it, so that an old link can be told from a wrong one.
    ``passwords_set`` is the account's when the mail was made.
    """

    domain = DOMAIN
    SK = "MAIL"

    user_id = UnicodeAttribute()
    purpose = UnicodeAttribute(default="verify-email")
    passwords_set = IntegerAttribute(default=0)
    seed = UnicodeAttribute()
    valid_until = InstantAttribute()
    expires_at = ExpiryAttribute()


class RetiredKey(Item):
    """The public part of a signing key that was replaced, until no token signed with it can be valid any more.

    | key | value | access |
    |---|---|---|
    | pk | ``KEYS`` | key set, authorization (kept for minutes) |
    | sk | its ``kid`` | |
    """

    domain = DOMAIN

    jwk = UnicodeAttribute()
    expires_at = ExpiryAttribute()
