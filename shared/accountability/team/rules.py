"""What support teams are held to. Pure: facts in, decision out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.messaging import PHONE, Channel

COOL_DOWN = timedelta(days=30)
"""Before somebody is asked for consent again (X-A-03)."""

RECOVERABLE = timedelta(days=30)
"""How long a removed partner can be restored as they were (S-A-10)."""

LONGEST_PAUSE = timedelta(days=366)


REMINDERS = (timedelta(days=3), timedelta(days=7))
"""When an invitation that nobody answered is repeated: twice at most (X-A-03)."""

EXPIRES = timedelta(days=14)
"""When an invitation that nobody answered is over, from when its first request left."""

WAITS = timedelta(days=60)
"""How long a first request may wait to leave: a budget of ours that is used up ends no invitation."""

APART = timedelta(days=2)
"""Least time between two requests, however late the first went out."""


class PartnerStatus(StrEnum):
    """How things stand between a user and a partner."""

    INVITED = "INVITED"
    """Asked for consent; nothing else goes to them."""
    ACTIVE = "ACTIVE"
    """Agreed."""
    PAUSED = "PAUSED"
    """Agreed, and rests until a time they set."""
    DECLINED = "DECLINED"
    """Refused."""
    EXPIRED = "EXPIRED"
    """Never answered."""
    OPTED_OUT = "OPTED_OUT"
    """Stopped every message of ours; only they themselves can take that back."""
    LEFT = "LEFT"
    """Agreed once, and left this user's team."""
    INVALID = "INVALID"
    """Cannot be reached: a wrong number, a mailbox that does not exist."""
    REMOVED = "REMOVED"
    """Taken out by the user."""


STANDING = frozenset({PartnerStatus.INVITED, PartnerStatus.ACTIVE, PartnerStatus.PAUSED})
"""Whose relation is not over: ``active`` in lists (S-A-02, S-A-09)."""

CONSENTING = frozenset({PartnerStatus.ACTIVE, PartnerStatus.PAUSED})
"""Who agreed, and still does."""

MAY_ACCEPT = frozenset({PartnerStatus.INVITED, PartnerStatus.EXPIRED, PartnerStatus.DECLINED, PartnerStatus.LEFT})
"""Who may agree on their page, also after another answer."""

UNREACHABLE = frozenset({PartnerStatus.OPTED_OUT, PartnerStatus.INVALID})
"""Whose addresses may not be used."""

MAY_DECLINE = frozenset({PartnerStatus.INVITED, PartnerStatus.EXPIRED, *UNREACHABLE})
"""Who may say no: also whom nothing reaches any more, so that nothing ever does."""

MAY_BE_ASKED_AGAIN = frozenset({PartnerStatus.EXPIRED, PartnerStatus.DECLINED})
"""Whom the user may invite again after the cool-down; who left comes back by themselves alone."""


class Privacy(StrEnum):
    """What of a user's goals a partner may read (X-A-24)."""

    FULL = "FULL"
    """Titles and progress."""
    TITLE = "TITLE"
    """Titles."""
    NEUTRAL = "NEUTRAL"
    """Neither: ``daily goal``."""


def title_for(privacy: str, title: str) -> str:
    """Return the title of a goal as a partner may read it: empty where the user keeps it to themselves."""
    return "" if privacy == Privacy.NEUTRAL else title


def standing(status: str, paused_until: datetime | None, *, now: datetime) -> PartnerStatus:
    """Return how a partner stands now: a pause that is over is none."""
    if status == PartnerStatus.PAUSED and paused_until is not None and paused_until <= now:
        return PartnerStatus.ACTIVE
    return PartnerStatus(status)


def supports(goals: Sequence[str] | None, goal_id: str | None) -> bool:
    """Tell whether a partner backs a goal; without ``goals`` they back all of them (S-A-23)."""
    return goal_id is None or goals is None or goal_id in goals


class ContactMethod(StrEnum):
    """How the specification, and its code, name ways to reach a partner (S-A-03, D-05)."""

    TEXT_VOICEMAIL = "text_voicemail"
    TEXT_ONLY = "text_only"
    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"


@dataclass(frozen=True, slots=True)
class Ways:
    """Channels in order of preference, and whether a voice message goes with each text (S-A-32)."""

    channels: tuple[Channel, ...]
    voicemail: bool = False

    def agreed(self) -> tuple[Channel, ...]:
        """Return every channel that agreeing to these ways means: voice messages are calls (X-A-41)."""
        voice = (Channel.VOICE,) if self.voicemail and Channel.VOICE not in self.channels else ()
        return (*self.channels, *voice)


METHODS = {
    ContactMethod.TEXT_VOICEMAIL: Ways((Channel.SMS,), voicemail=True),
    ContactMethod.TEXT_ONLY: Ways((Channel.SMS,)),
    ContactMethod.SMS: Ways((Channel.SMS,)),
    ContactMethod.EMAIL: Ways((Channel.EMAIL,)),
    # WhatsApp takes our own words only after theirs, or an approved template: a text goes where neither is at hand.
    ContactMethod.WHATSAPP: Ways((Channel.WHATSAPP, Channel.SMS)),
}
"""One enumeration of channels for both vocabularies (D-05)."""

PARTNER_CHANNELS = (Channel.SMS, Channel.EMAIL, Channel.WHATSAPP, Channel.VOICE)
"""Ways to a partner, who has no app (D-05)."""

WRITTEN = frozenset({Channel.SMS, Channel.EMAIL, Channel.WHATSAPP})
"""Channels that carry words to read."""


def with_a_text(channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Return channels with a text after WhatsApp where that is the only way to write: there it takes their own words.

    A text asks for consent in its place anyway, and the sentence names both.
    """
    alone = WRITTEN & set(channels) == {Channel.WHATSAPP}
    return (*channels, Channel.SMS) if alone else tuple(channels)


def asked_by(channels: Sequence[Channel]) -> tuple[Channel, ...]:
    """Return the channels that ask for consent: WhatsApp needs it beforehand, so it is asked for by text (X-A-28)."""
    written = [channel for channel in channels if channel in WRITTEN]
    return tuple(dict.fromkeys(Channel.SMS if channel is Channel.WHATSAPP else channel for channel in written))


def next_look(invited_at: datetime, reminders: int, *, now: datetime) -> datetime:
    """Return when an invitation is looked at next, after so many reminders (X-A-03)."""
    over = invited_at + EXPIRES
    if reminders >= len(REMINDERS):
        return over
    return min(max(invited_at + REMINDERS[reminders], now + APART), over)


def may_remind(begun: datetime, reminders: int, *, now: datetime) -> bool:
    """Tell whether somebody who was first asked at an instant may be reminded: twice at most, not at once."""
    return reminders < len(REMINDERS) and now >= begun + APART


def is_over(invited_at: datetime, *, now: datetime) -> bool:
    """Tell whether an invitation has expired."""
    return now >= invited_at + EXPIRES


WHOLE_PERSON = ("STOP", "CARRIER", "COMPLAINT", "UNSUBSCRIBED", "STAFF")
"""Reasons of a suppression by which somebody said no to all of our messages; CARRIER is a STOP that Twilio knows of."""


def after_opt_outs(reasons: Sequence[str], channels: Sequence[str]) -> PartnerStatus | None:
    """Return what becomes of a partner whose addresses may not be used any more for these reasons (X-A-05, X-A-36).

    Who said no has opted out. Where only an address does not work, a partner who has another way stays (``None``).

    Args:
        reasons: of the suppressions that stand (``messaging.events.AddressOptedOut``).
        channels: of the partner.
    """
    if not set(reasons).isdisjoint(WHOLE_PERSON):
        return PartnerStatus.OPTED_OUT
    phone_lost, mail_lost = "WRONG_NUMBER" in reasons, "BOUNCE" in reasons
    lost = [phone_lost if channel in PHONE else mail_lost for channel in channels]
    return PartnerStatus.INVALID if lost and all(lost) else None


class CaseKind(StrEnum):
    """What a person has to look at."""

    CRISIS = "CRISIS"
    """Words in a log speak of danger; the goal's automatic texts are held."""
    DISPUTE = "DISPUTE"
    """A user contests that a day was missed (X-A-39)."""
    OUTREACH = "OUTREACH"
    """Somebody should be called, and has no guide (S-A-18)."""


class Decision(StrEnum):
    """What staff decided."""

    RELEASE = "RELEASE"
    KEEP = "KEEP"
    ACCEPT = "ACCEPT"
    REJECT = "REJECT"
    DONE = "DONE"


DECISIONS = {
    CaseKind.CRISIS: frozenset({Decision.RELEASE, Decision.KEEP}),
    CaseKind.DISPUTE: frozenset({Decision.ACCEPT, Decision.REJECT}),
    CaseKind.OUTREACH: frozenset({Decision.DONE}),
}
"""What may be decided of each kind."""


def decisions(kind: str, made: str | None) -> frozenset[Decision]:
    """Return what may be decided of a case, now that a decision stands or none does.

    A goal that was kept held can be released later; anything else is final until something new is said (X-A-32).
    """
    if made is None:
        return DECISIONS[CaseKind(kind)]
    return frozenset({Decision.RELEASE}) if made == Decision.KEEP else frozenset()


def share(part: int, whole: int) -> float | None:
    """Return a share to two places, ``None`` of nothing; more answers than asks count as all."""
    return round(min(part / whole, 1), 2) if whole else None
