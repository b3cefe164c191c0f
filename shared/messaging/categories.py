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


_PARTNER = (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL, Channel.VOICE)
_FALLBACK = timedelta(minutes=15)

CATEGORIES = {
    category.name: category
    for category in (
        Category("account", (Channel.EMAIL,), critical=True, one_click=False, confidential=True),
        Category(
            "balance",
            (Channel.IN_APP, Channel.EMAIL),
            caps=(Cap(1, timedelta(hours=24)),),
        ),
        # What somebody paid for they hear of, whatever else they do not want to (X-N-02).
        Category("payment", (Channel.IN_APP, Channel.EMAIL), critical=True, one_click=False),
        Category("guide", (Channel.IN_APP, Channel.EMAIL)),
        # A life may depend on it: it cannot be switched off, and no hour is too late for it (X-A-32).
        Category("crisis", (Channel.IN_APP, Channel.EMAIL), critical=True, one_click=False),
        Category("progress", (Channel.IN_APP, Channel.EMAIL)),
        Category(
            "consent-request",
            (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP),
            caps=(Cap(3, timedelta(days=30)),),
            reply=True,
        ),
        # Whoever asks on their page for a new link gets it, also while they rest: it is no contact of ours.
        Category(
            "partner-link",
            (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP),
            critical=True,
            one_click=False,
            caps=(Cap(5, timedelta(hours=24)),),
        ),
        Category("partner-notice", _PARTNER, consent=Purpose.SUPPORT, fallback=_FALLBACK, reply=True, together=3),
        Category(
            "partner-ask",
            _PARTNER,
            consent=Purpose.SUPPORT,
            # Asks of two days in a row leave at about the same hour: the later one waits for the day to be full.
            caps=(Cap(1, timedelta(hours=24), wait=timedelta(hours=4)), Cap(3, timedelta(days=7))),
            subject_caps=(Cap(10, timedelta(hours=24)), Cap(30, timedelta(days=7))),
            fallback=_FALLBACK,
            reply=True,
            together=4,
            fair=True,
        ),
        # A week without a log concerns everybody (S-A-22), also those whose three asks of the week are used up.
        Category(
            "partner-week",
            _PARTNER,
            consent=Purpose.SUPPORT,
            caps=(Cap(1, timedelta(days=7)),),
            subject_caps=(Cap(30, timedelta(days=7)),),
            fallback=_FALLBACK,
            reply=True,
            together=5,
            fair=True,
            turns_of="partner-ask",
        ),
        # Whoever was asked is told that it is over: with the week's message the last that a full week has room for.
        Category("partner-all-clear", _PARTNER, consent=Purpose.SUPPORT, together=6),
        Category("partner-good-news", _PARTNER, consent=Purpose.SUPPORT, together=3),
        Category("partner-update", _PARTNER, consent=Purpose.SUPPORT, caps=(Cap(2, timedelta(days=7)),), together=4),
        Category("sales", (Channel.SMS, Channel.VOICE), consent=Purpose.SALES, caps=(Cap(2, timedelta(days=7)),)),
        # Answers to what somebody wrote to us: the one confirmation of a STOP, HELP, "which of the two?".
        Category("service", (Channel.SMS, Channel.WHATSAPP), critical=True, caps=(Cap(10, timedelta(hours=24)),)),
    )
}


WEEK = timedelta(days=7)

ASKS_A_WEEK = next(cap.limit for cap in CATEGORIES["partner-ask"].caps if cap.window == WEEK)
"""How often at most somebody is asked to check in, in seven days, besides the week's own message."""

MOST_A_WEEK = max(one.together for one in CATEGORIES.values() if one.together)
"""How often at most somebody who supports a user is contacted in seven days: what they are told before they agree."""


def category(name: str) -> Category:
    """Return a category by its name.

    Raises:
        KeyError: there is none.
    """
    return CATEGORIES[name]
