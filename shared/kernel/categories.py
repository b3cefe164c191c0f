"""What a message is: the channels that may carry it, and its category, which says what its kind is held to.

A category is data, declared in its domain's ``domain.py``. What a message is held to is never decided by whoever asks
for it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Channel(StrEnum):
    """A way to reach somebody."""

    SMS = "SMS"
    VOICE = "VOICE"
    WHATSAPP = "WHATSAPP"
    EMAIL = "EMAIL"
    IN_APP = "IN_APP"


PHONE = frozenset({Channel.SMS, Channel.VOICE, Channel.WHATSAPP})
"""Channels that need a phone number."""

OUTSIDE = PHONE | {Channel.EMAIL}
"""Channels that leave the system."""


class Purpose(StrEnum):
    """What somebody agrees to be contacted for."""

    SUPPORT = "SUPPORT"
    """To hear of, and to be asked to help with, the goals of the person who named them."""
    SALES = "SALES"
    """To be called or written to about the product."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``limit`` messages of a category in ``window``; one more waits for at most ``wait``, or is blocked."""

    limit: int
    window: timedelta
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of message.

    Attributes:
        name: stable, kebab case.
        channels: which may carry it, the default order of preference.
        consent: what its recipient must have agreed to; ``None`` where none is needed.
        critical: sent whatever the recipient prefers and at any hour; never past a suppression (X-N-02).
        caps: how often one person may get it, over all users and senders and all of their addresses (X-A-12, X-N-07).
        together: it leaves only while one recipient got fewer than so many messages of its purpose in seven days; what
            matters more has more room, and the most room is what consent promises (``MOST_A_WEEK``).
        fair: where its caps keep somebody's message from a person who supports several users, that user is next.
        turns_of: another category whose turns hold for it as well: who was heard of there gives way to who was not.
        subject_caps: how often it may be sent about one user, to whomever.
        fallback: when the next channel is tried where delivery is not confirmed; ``None`` for never.
        one_click: its mails carry a one-click unsubscribe (X-N-09).
        reply: people may answer it, and their answer is routed to its owner.
        confidential: its words hold a secret, such as a link, and are not kept.
    """

    name: str
    channels: tuple[Channel, ...]
    consent: Purpose | None = None
    critical: bool = False
    caps: tuple[Cap, ...] = ()
    subject_caps: tuple[Cap, ...] = ()
    fallback: timedelta | None = None
    one_click: bool = True
    reply: bool = False
    confidential: bool = False
    together: int | None = None
    fair: bool = False
    turns_of: str | None = None
