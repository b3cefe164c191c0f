"""Unsubscribing from mails with one click, by a link that needs no account and never ends (X-N-09, RFC 8058)."""

import re
from datetime import datetime

from shared.kernel import pages
from shared.kernel.security import derived
from shared.kernel.wire import Raw
from shared.messaging import suppression
from shared.messaging.brands import product_of
from shared.messaging.categories import CATEGORIES

_PURPOSE = "unsubscribe"
_SEPARATOR = "."
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)

PAGE = "messaging/templates/unsubscribe.html"

WORDS = {
    "balance": "mails about your balance",
    "guide": "mails about the people you guide",
    "progress": "mails about your own progress",
    "consent-request": "invitations to somebody's support team",
    "partner-notice": "news of somebody you support",
    "partner-ask": "requests to check in with somebody you support",
    "partner-week": "word that somebody you support has missed a week",
    "partner-all-clear": "word that there is nothing more to do for somebody you support",
    "partner-good-news": "good news of somebody you support",
    "partner-update": "updates from somebody you support",
}
"""What the mails of a category are."""


def token(hashed: str, category: str) -> str:
    """Return the token that ends a category of mails to an address, by its hash: it outlives whoever has the address.

    The function needs ``secrets=["derived-tokens"]``.
    """
    return _SEPARATOR.join((category, hashed, derived.derive(_PURPOSE, hashed, category)))


def read(presented: str) -> tuple[str, str] | None:
    """Return the hash of the address and the category that a token names, ``None`` where it is none of ours."""
    category, _, rest = presented.partition(_SEPARATOR)
    hashed = rest.partition(_SEPARATOR)[0]
    known = category in CATEGORIES and _HASH.fullmatch(hashed) and presented.isascii()
    return (hashed, category) if known and derived.same(presented, token(hashed, category)) else None


def ask(presented: str) -> Raw:
    """Return the page that asks whether to unsubscribe. Looking changes nothing: mail scanners open every link."""
    named = read(presented)
    if named is None:
        return _unknown()
    return pages.render(PAGE, forms=True, product=product_of(named[1]), what=WORDS[named[1]], done=None)


def end(presented: str, *, everything: bool, now: datetime) -> Raw:
    """End a category of mails to an address, or everything, and return the page that says so. Again is fine."""
    named = read(presented)
    if named is None:
        return _unknown()
    hashed, category = named
    scope = "ALL" if everything else category
    suppression.suppress_hash(hashed, reason="UNSUBSCRIBED", source=f"link-{category}", scope=scope, now=now)
    return pages.render(PAGE, forms=True, product=product_of(category), what=WORDS[category], done=scope)


def _unknown() -> Raw:
    return pages.page(
        "This link is not complete",
        "Open it again from the mail, or copy the whole of it.",
        status=404,
    )
