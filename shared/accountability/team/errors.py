"""What support teams refuse, besides what the kernel does."""

from shared.kernel.errors import Conflict, DomainError, Forbidden
from shared.kernel.text.speech import Sentence


class PartnerExists(Conflict):
    """The address belongs to a partner of this user already."""

    code, message = (
        "PARTNER_EXISTS",
        "You have a partner with this number or address already: change or restore them instead.",
    )


class TeamFull(Conflict):
    """The user has as many partners as one may have."""

    code, message = "TEAM_FULL", "A support team has at most 20 partners. Remove one first."


class AskedRecently(Conflict):
    """They were asked for consent less than 30 days ago (X-A-03)."""

    code, message = "ASKED_RECENTLY", "They were asked not long ago. Give them time."


class NotNow(Conflict):
    """How things stand with the partner does not allow this."""

    code, message = "PARTNER_STATUS", Sentence("That is not possible as things stand with this partner.")


class OptedOut(Conflict):
    """They stopped every message of ours; only they can take that back (X-A-09)."""

    code, message = (
        "OPTED_OUT",
        "They stopped all messages. Only they themselves can start them again: by texting START, or by writing to us.",
    )


class NotMissed(Conflict):
    """The day does not count as missed."""

    code, message = "DAY_NOT_MISSED", "This day does not count as missed."


class TooLate(Conflict):
    """The day is longer ago than one can contest it."""

    code, message = "TOO_LATE", "This day is too long ago to be contested."


class DisputedBefore(Conflict):
    """The day was contested before."""

    code, message = "DISPUTED_BEFORE", "You contested this day already."


class CaseClosed(Conflict):
    """Somebody decided it before."""

    code, message = "CASE_CLOSED", "This case was decided already."


class WrongDecision(DomainError):
    """A case of this kind cannot be decided so."""

    status, code, message = 422, "WRONG_DECISION", "A case of this kind cannot be decided so."


class Changed(Conflict):
    """Something else changed it at the same moment."""

    message = Sentence("Something changed this at the same moment. Try again.")


class LinkExpired(DomainError):
    """The link to the page was used, or is older than two weeks; the page offers a new one."""

    status, code, message = 410, "LINK_EXPIRED", Sentence("This link has expired.")


class Unfit(DomainError):
    """What was filled in on the page cannot be; the message is for whoever filled it in."""

    status, code, message = 422, "UNFIT", Sentence("Please look at what you filled in.")


class OwnCase(Forbidden):
    """The case is about the guide's own goal."""

    message = "Somebody else has to decide about your own goal."
