"""Unsubscribing from mails with one click, by a link that needs no account and never ends (X-N-09, RFC 8058)."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.kernel import pages
from shared.kernel.brands import brand
from shared.kernel.clock import to_ms
from shared.kernel.events import outbox
from shared.kernel.security import derived
from shared.kernel.storage.writes import commit
from shared.kernel.text.speech import Sentence, speaker, translated
from shared.kernel.wire import Raw
from shared.messaging.brands import product_of
from shared.messaging.categories import CATEGORIES
from shared.messaging.events import WHOLE, RecipientUnsubscribed
from shared.messaging.recipients import suppression

What = Literal["PERSON", "KIND", "EVERYTHING"]
"""What is ended: all that is about one person, one kind of mail, all of our messages."""

_PURPOSE = "unsubscribe"
_PARTNER = "ptn_"
_SEPARATOR = "."
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)

PAGE = "messaging/templates/unsubscribe.html"

WORDS = {
    "balance": Sentence("Mails about your balance"),
    "guide": Sentence("Mails about the people you guide"),
    "progress": Sentence("Mails about your own progress"),
    "consent-request": Sentence("Questions whether you would support somebody"),
    "partner-notice": Sentence("News about the people you support"),
    "partner-ask": Sentence("Requests to check in with people you support"),
    "partner-week": Sentence("Mails when somebody you support has missed a week"),
    "partner-all-clear": Sentence("Mails when somebody you support is back on track"),
    "partner-good-news": Sentence("Good news about the people you support"),
    "partner-update": Sentence("Notes that people you support write to you"),
}
"""What the mails of a category are, as the name of a thing that can be ended."""

REASONS = {
    "account": Sentence("somebody, most likely you, used this address for a {brand} account"),
    "balance": Sentence("you have a {brand} account"),
    "guide": Sentence("you guide people on {brand}"),
    "crisis": Sentence("you guide people on {brand}, or look after those who do"),
    "progress": Sentence("you use {brand}"),
    "consent-request": Sentence("somebody gave us this address to ask whether you would support them"),
    "partner-link": Sentence("you asked for a new link on your page"),
}
"""Why a mail of a category is sent, after "because"."""

_AGREED = Sentence("you agreed to support somebody who keeps goals with {brand}")


def reason(category: str, locale: str) -> str:
    """Return why somebody gets a mail of a category, as a sentence."""
    say = speaker(locale)
    shown = say(REASONS.get(category, _AGREED), brand=brand(product_of(category)).name)
    return say("You get this mail because {reason}.", reason=shown)


@dataclass(frozen=True, slots=True)
class Named:
    """What a link was sent with.

    Attributes:
        hashed: hash of the address, which outlives whoever has it.
        category: of the mail.
        partner_id: as whose supporter it was sent; ``None`` for mails that are about nobody else.
    """

    hashed: str
    category: str
    partner_id: str | None = None

    @property
    def ended_by_default(self) -> What:
        """What its button and one click end: what somebody thinks who unsubscribes."""
        return "PERSON" if self.partner_id else "KIND"


def token(hashed: str, category: str, recipient_id: str = "") -> str:
    """Return the token that unsubscribes an address, by its hash: it outlives whoever has the address.

    Who gets a mail as somebody's supporter unsubscribes from that person (``recipient_id``).

    The function needs ``secrets=["derived-tokens"]``.
    """
    partner = (recipient_id,) if recipient_id.startswith(_PARTNER) else ()
    return _SEPARATOR.join((category, hashed, *partner, derived.derive(_PURPOSE, hashed, category, *partner)))


def read(presented: str) -> Named | None:
    """Return what a token names, ``None`` where it is none of ours; one of before partners were named still works."""
    category, *rest = presented.split(_SEPARATOR)
    if category not in CATEGORIES or len(rest) not in {2, 3} or not presented.isascii():
        return None
    hashed, partner_id = rest[0], rest[1] if len(rest) > 2 else ""
    if not _HASH.fullmatch(hashed) or not derived.same(presented, token(hashed, category, partner_id)):
        return None
    return Named(hashed, category, partner_id or None)


def ask(presented: str, language: str) -> Raw:
    """Return the page that asks whether to unsubscribe. Looking changes nothing: mail scanners open every link."""
    named = read(presented)
    return _page(named, None, language) if named else _unknown(language)


def end(presented: str, *, what: What | None, language: str, now: datetime) -> Raw:
    """End what somebody chose, or what the link ends by default, and return the page that says so. Again is fine.

    Args:
        presented: the token.
        what: everything about the person whom the mail was about, this kind of mail, or everything from us.
        language: of the mail.
        now: when.
    """
    named = read(presented)
    if named is None:
        return _unknown(language)
    ended = what or named.ended_by_default
    if ended == "PERSON":
        if named.partner_id is None:
            return _unknown(language)
        told = RecipientUnsubscribed(recipient_id=named.partner_id)
        commit(outbox(told, at=now, event_id=f"unsubscribed-{named.partner_id}-{to_ms(now)}"))
    else:
        scope = WHOLE if ended == "EVERYTHING" else named.category
        source = f"link-{named.category}"
        suppression.suppress_hash(named.hashed, reason="UNSUBSCRIBED", source=source, scope=scope, now=now)
    return _page(named, ended, language)


def _page(named: Named, done: What | None, language: str) -> Raw:
    return pages.render(
        PAGE,
        forms=True,
        locale=language,
        product=product_of(named.category),
        kind=translated(language, WORDS[named.category]),
        by_default=named.ended_by_default,
        done=done,
    )


def _unknown(language: str) -> Raw:
    say = speaker(language)
    return pages.page(
        say("This link is not complete"),
        say("Open it again from the mail, or copy the whole of it."),
        locale=language,
        status=404,
    )
