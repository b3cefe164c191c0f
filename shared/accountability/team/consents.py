"""What partners agree to, in which words, and the evidence of it (X-A-01, X-A-02).

Whoever changes a sentence here gives it a new version: the ledger names the version and the hash of what was shown.
Those of other languages are in their files (``kernel/languages``), each with a version of its own.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared import messaging
from shared.kernel.brands import Product, brand
from shared.kernel.storage.writes import Write
from shared.kernel.text import speech
from shared.messaging import Channel, Purpose, Recipient, Statement

PAGE_VERSION = "partner.page/en/3"
_PAGE = (
    "I agree that {brand} contacts me about the goals of {user_name} in the ways I chose here, by automatic texts and, "
    "only where I chose them, recorded calls: to tell me when days were missed, to ask me to check in, to pass on word "
    "from {user_name}, and to share successes, at most {most} times a week, a text and its call counted once. I am "
    "asked to check in at most once a day and {asks} times a week, and once more after a week without a log. I can end "
    "this at any time on this page, or by replying STOP. Message and data rates may apply."
)

MAIL_VERSION = "partner.page-mail/en/2"
_MAIL = (
    "I agree that {brand} writes to me by e-mail about the goals of {user_name}: to tell me when days were missed, to "
    "ask me to check in, to pass on word from {user_name}, and to share successes, at most {most} times a week. I am "
    "asked to check in at most once a day and {asks} times a week, and once more after a week without a log. I can end "
    "this at any time on this page, or by the link at the end of every mail."
)

AGENT = 256
"""Characters that are kept of what a browser calls itself."""

START_VERSION = "keyword.start/1"
"""Of somebody's own START, which takes back their STOP (X-A-08)."""

UNSUBSCRIBE_VERSION = "unsubscribe.page/1"
"""Of the page, or the button of a mail client, by which somebody unsubscribes from all about a user."""

LEAD_VERSION = "lead.default/en/1"
_LEAD = (
    "I agree that {brand} texts and calls me about its programme at this number, by automatic means too. Consent is no "
    "condition of buying. Message and data rates may apply. Reply STOP to end, HELP for help."
)
LEAD_OWN_VERSION = "lead.as-shown"
"""Of words that the page with the form brought along; their hash tells which, and they are kept by it."""


@dataclass(frozen=True, slots=True)
class Said:
    """How something was said about consent."""

    method: messaging.consent.Method
    text_version: str | None = None
    text_hash: str | None = None
    network_address: str | None = None
    user_agent: str | None = None
    reply: str | None = None
    reply_version: str | None = None


def hash_of(text: str) -> str:
    """Return the hash that names exact words."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Words:
    """Words that somebody agrees to, as they are shown."""

    version: str
    text: str

    @property
    def hash(self) -> str:
        """The hash that names them."""
        return hash_of(self.text)


STATEMENTS = {"page": (PAGE_VERSION, _PAGE), "mail": (MAIL_VERSION, _MAIL)}
"""What somebody agrees to who is reached by phone, or by mail alone: version and words in English."""


def page_words(entry: Recipient, user_name: str) -> Words:
    """Return the words beside the button with which a partner agrees, in their language.

    Who has no phone is offered mail alone.
    """
    return words_of("page" if entry.phone else "mail", entry.locale, user_name)


def words_of(name: str, locale: str, user_name: str) -> Words:
    """Return what somebody agrees to, by text and call or by mail alone, in a language."""
    version, text = speech.consent(locale, name) or STATEMENTS[name]
    promised = {"most": messaging.MOST_A_WEEK, "asks": messaging.ASKS_A_WEEK}
    return Words(version, text.format(brand=brand(Product.GOALS).name, user_name=user_name, **promised))


def lead_text() -> str:
    """Return the words that a visitor agrees to where the page with the form brings none of its own along."""
    return _LEAD.format(brand=brand(Product.GOALS).name)


def stated(
    kind: messaging.consent.Kind, recipient: Recipient, channels: Sequence[Channel], said: Said, *, now: datetime
) -> list[Write]:
    """Return the writes that keep what a partner, or somebody for them, said about messages on goals."""
    statement = Statement(
        recipient_id=recipient.recipient_id,
        kind=kind,
        purpose=Purpose.SUPPORT,
        channels=channels,
        method=said.method,
        addresses=[one for one in (recipient.phone, recipient.email) if one],
        text_version=said.text_version,
        text_hash=said.text_hash,
        network_address=said.network_address,
        user_agent=said.user_agent,
        reply=said.reply,
        reply_version=said.reply_version,
    )
    return messaging.stated(statement, now=now)


def shown(said: Said, words: Words) -> Said:
    """Return how something was said with the words it was said to."""
    return replace(said, text_version=words.version, text_hash=words.hash)
