"""Unsubscribing from mails with one click, by a link that needs no account and never ends (X-N-09, RFC 8058)."""

import re
from datetime import datetime

from shared.kernel import pages
from shared.kernel.brands import brand
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
    "balance": "Mails about your balance",
    "guide": "Mails about the people you guide",
    "progress": "Mails about your own progress",
    "consent-request": "Questions whether you would support somebody",
    "partner-notice": "News about the people you support",
    "partner-ask": "Requests to check in with people you support",
    "partner-week": "Mails when somebody you support has missed a week",
    "partner-all-clear": "Mails when somebody you support is back on track",
    "partner-good-news": "Good news about the people you support",
    "partner-update": "Notes that people you support write to you",
}
"""What the mails of a category are, as the name of a thing that can be ended."""

REASONS = {
    "account": "somebody, most likely you, used this address for a {brand} account",
    "balance": "you have a {brand} account",
    "guide": "you guide people on {brand}",
    "crisis": "you guide people on {brand}, or look after those who do",
    "progress": "you use {brand}",
    "consent-request": "somebody gave us this address to ask whether you would support them",
}
"""Why a mail of a category is sent, after "because"."""

_AGREED = "you agreed to support somebody who keeps goals with {brand}"


def reason(category: str) -> str:
    """Return why somebody gets a mail of a category, as a sentence."""
    shown = REASONS.get(category, _AGREED).format(brand=brand(product_of(category)).name)
    return f"You get this mail because {shown}."


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
