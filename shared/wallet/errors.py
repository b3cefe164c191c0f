"""What the wallet refuses."""

from shared.kernel.errors import Conflict, DomainError, NotFound, Unavailable


class InsufficientCredits(DomainError):
    """There are not enough available credits (S-W-11)."""

    status, code, message = 402, "INSUFFICIENT_CREDITS", "There are not enough credits."


class AlreadyPosted(Conflict):
    """A journal transaction with this reference exists; nothing was changed (S-W-17)."""

    message = "This was already posted."


class HoldClosed(Conflict):
    """The hold was settled, voided or expired before."""

    message = "The credits set aside were already settled."


class AccountNotFound(NotFound):
    """The user has no account."""

    message = "There is no such account."


class NotCorrectable(Conflict):
    """One entry cannot mend this wallet: its own entries do not follow from each other, or it would go below zero."""

    code, message = "NOT_CORRECTABLE", "This wallet cannot be corrected by one entry."


class StaleAccount(Unavailable):
    """The account changed between reading and writing; the wallet reads again and retries before anyone sees this."""
