"""What identity declares."""

from dataclasses import dataclass

from shared.kernel.categories import Category, Channel
from shared.kernel.domains import Domain, Generated, Rate


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """What a deployment may tell identity.

    Attributes:
        refresh_token_days: life of a refresh token.
    """

    refresh_token_days: int = 30


MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60

DOMAIN = Domain(
    name="identity",
    permissions={
        "viewer": frozenset({"identity:self"}),
        "admin": frozenset({"identity:find", "identity:grant-roles", "identity:suspend"}),
    },
    # Login has a bucket per network address, and for wrong passwords one per account, which all unknown devices share,
    # and one per known device (S-P-14, X-P-07). Right ones have theirs: each costs a hash and a signature.
    rates={
        "login-address": Rate(20, 15 * MINUTE),
        "login-account": Rate(5, 15 * MINUTE),
        "login-device": Rate(5, 15 * MINUTE),
        "login-right": Rate(30, HOUR),
        "register-address": Rate(60, HOUR),
        "verification-mail": Rate(5, HOUR),
        "unconfirmed-mails": Rate(3, DAY),
        "unconfirmed-mails-long": Rate(10, 7 * DAY),
        "reset-address": Rate(20, HOUR),
        "password-reset": Rate(3, HOUR),
        "password-reset-long": Rate(10, DAY),
    },
    settings=IdentitySettings,
    secrets={"derived-tokens": Generated("Derives refresh tokens and the tokens in links of mails.")},
    categories=(Category("account", (Channel.EMAIL,), critical=True, one_click=False, confidential=True),),
    samples={
        "mail_id": "eml_01k0000000000000000000000a",
        "role": "creator",
        "tenant_id": None,
    },
    hot=frozenset({"authorize"}),
)
