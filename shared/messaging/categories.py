"""Categories: what kind of message something is, and what its kind is held to before every send.

A category is data. What a message is held to is never decided by whoever asks for it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.messaging.channels import Channel


class Purpose(StrEnum):
    """What somebody agrees to be contacted for."""

    SUPPORT = "SUPPORT"
    """To hear of, and to be asked to help with, the goals of the person who named them."""
    SALES = "SALES"
    """To be called or written to about the product."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``limit`` messages of a category to one address in ``window``."""

    limit: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of message.

    Attributes:
        name: stable, kebab case.
        channels: which may carry it, the default order of preference.
        consent: what its recipient must have agreed to; ``None`` where none is needed.
        critical: sent whatever the recipient prefers and at any hour; never past a suppression (X-N-02).
        caps: how often one address may get it, over all users and senders (X-A-12).
        fallback: when the next channel is tried where delivery is not confirmed; ``None`` for never.
        one_click: its mails carry a one-click unsubscribe (X-N-09).
        reply: people may answer it, and their answer is routed to its owner.
    """

    name: str
    channels: tuple[Channel, ...]
    consent: Purpose | None = None
    critical: bool = False
    caps: tuple[Cap, ...] = ()
    fallback: timedelta | None = None
    one_click: bool = True
    reply: bool = False


_PARTNER = (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL, Channel.VOICE)
_FALLBACK = timedelta(minutes=15)

CATEGORIES = {
    category.name: category
    for category in (
        Category("account", (Channel.EMAIL,), critical=True, one_click=False),
        Category(
            "balance",
            (Channel.IN_APP, Channel.EMAIL),
            caps=(Cap(1, timedelta(hours=24)),),
        ),
        Category("guide", (Channel.IN_APP, Channel.EMAIL)),
        Category("progress", (Channel.IN_APP, Channel.EMAIL)),
        Category(
            "consent-request",
            (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP),
            caps=(Cap(3, timedelta(days=30)),),
            reply=True,
        ),
        Category("partner-notice", _PARTNER, consent=Purpose.SUPPORT, fallback=_FALLBACK, reply=True),
        Category(
            "partner-ask",
            _PARTNER,
            consent=Purpose.SUPPORT,
            caps=(Cap(1, timedelta(hours=24)), Cap(3, timedelta(days=7))),
            fallback=_FALLBACK,
            reply=True,
        ),
        Category("partner-all-clear", _PARTNER, consent=Purpose.SUPPORT),
        Category("partner-good-news", _PARTNER, consent=Purpose.SUPPORT),
        Category("partner-update", _PARTNER, consent=Purpose.SUPPORT, caps=(Cap(2, timedelta(days=7)),)),
        Category("sales", (Channel.SMS, Channel.VOICE), consent=Purpose.SALES, caps=(Cap(2, timedelta(days=7)),)),
        # Answers to what somebody wrote to us: the one confirmation of a STOP, HELP, "which of the two?".
        Category("service", (Channel.SMS, Channel.WHATSAPP), critical=True, caps=(Cap(10, timedelta(hours=24)),)),
    )
}


def category(name: str) -> Category:
    """Return a category by its name.

    Raises:
        KeyError: there is none.
    """
    return CATEGORIES[name]
