"""What the engine and the providers' adapters tell each other.

An adapter is a module of ``shared.messaging.providers`` with ``send(outgoing) -> Taken`` and, where the provider can be
asked, ``find(outgoing) -> Taken | None``. It raises ``Refused`` where the provider said no, ``OutcomeUnknown`` where it
did not answer: then the message may be on its way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.brands import Product
from shared.kernel.categories import Channel

WAITS = timedelta(minutes=15)
"""How long a provider may let a message wait at most: by then the next channel is tried."""


@dataclass(frozen=True, slots=True)
class Words:
    """A message's words for one channel.

    Attributes:
        text: what is sent or, for a call, spoken.
        version: of the template.
        subject: of a mail, title in the in-app inbox.
        segments: of a text message, else 1.
        content_sid: approved WhatsApp template, needed outside the 24 hours after the person wrote (X-A-28).
        content_variables: its variables, by number.
        button: of a mail: what the button that its link becomes says.
        product: whose brand it speaks in.
        locale: of the words.
        voice: language of a call, as its provider names it.
        reference: names the exact words, e.g. ``consent.request/en/1``: template, language, version.
    """

    text: str
    version: int
    subject: str = ""
    segments: int = 1
    content_sid: str | None = None
    content_variables: tuple[str, ...] = ()
    product: Product = Product.GOALS
    locale: str = "en"
    voice: str = "en-US"
    reference: str = ""
    button: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One attempt as an adapter sends it.

    Attributes:
        message_id: the message.
        attempt: which try.
        channel: on which channel.
        to: E.164 number, mail address or user id.
        words: what it says.
        claimed_at: when the attempt was claimed; ``find`` looks no further back.
        unsubscribe: token of the one-click unsubscribe (RFC 8058), for mails that carry one.
        conversation: the person wrote within the last 24 hours.
        category: of the message.
        within: how long the provider may let it wait; after that it must not leave.
    """

    message_id: str
    attempt: int
    channel: Channel
    to: str
    words: Words
    claimed_at: datetime
    unsubscribe: str | None = None
    conversation: bool = False
    category: str = ""
    within: timedelta = WAITS


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider took it. ``arrived`` where that is delivery already, as in the in-app inbox."""

    provider_id: str
    arrived: bool = False


class Refused(Exception):
    """The provider refused.

    Attributes:
        code: the provider's code. again: the same attempt may be made later (throttled, provider down before it took
        effect). suppress: the address must not be tried on this channel again: opted out at the carrier, no such
        number (X-A-10).
    """

    def __init__(self, code: str, *, again: bool = False, suppress: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.again = again
        self.suppress = suppress


class OutcomeUnknown(Exception):
    """No answer in time: it may have been sent."""
