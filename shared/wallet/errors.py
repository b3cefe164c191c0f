"""What the wallet refuses."""

from typing import ClassVar, Self

from pydantic import BaseModel

from shared.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable
from shared.kernel.money import Credits
from shared.wallet.schemas import Shortfall


class InsufficientCredits(DomainError):
    """There are not enough available credits; ``data`` tells how many are missing (S-W-11, S-W-31)."""

    status, code, message = 402, "INSUFFICIENT_CREDITS", "There are not enough credits."
    carries: ClassVar[type[BaseModel] | None] = Shortfall

    @classmethod
    def short_of(cls, required: Credits, available: Credits) -> Self:
        """Return the refusal of something that needs so many milli-credits."""
        return cls(data=Shortfall(required=required, available=available, missing=required - available))


class AlreadyPosted(Conflict):
    """A journal transaction with this reference exists; nothing was changed (S-W-17)."""

    message = "This was already posted."


class HoldClosed(Conflict):
    """The hold was settled, voided or expired before."""

    message = "The credits set aside were already settled."


class HoldNotFound(NotFound):
    """The user has no such hold."""

    message = "There is no such hold."


class VoidTooLarge(Forbidden):
    """The hold is above what one administrator moves alone, by itself or with what they moved today."""

    code, message = (
        "VOID_TOO_LARGE",
        "This is too much for one person. Let it be settled, then give it back by a correction that another approves.",
    )


class AccountNotFound(NotFound):
    """The user has no account."""

    message = "There is no such account."


class OwnAccount(Forbidden):
    """Nobody corrects their own account."""

    message = "Somebody else has to correct your own wallet."


class SecondPersonNeeded(Forbidden):
    """Who asked for a correction, or gains by it, does not decide on it."""

    message = "Another administrator, who neither asked for it nor owns the wallet, has to decide."


class AdjustmentNotFound(NotFound):
    """There is no such correction."""

    message = "There is no such correction."


class AdjustmentDecided(Conflict):
    """Somebody decided on the correction before."""

    code, message = "ADJUSTMENT_DECIDED", "This correction has been decided."


class NotRefundable(Conflict):
    """What is to be given back is no debit of this wallet, was less, or was given back before."""

    code, message = "NOT_REFUNDABLE", "This debit cannot be given back: it was less, or was given back before."


class NotCorrectable(Conflict):
    """One entry cannot mend this wallet: its own entries do not follow from each other, or it would go below zero."""

    code, message = "NOT_CORRECTABLE", "This wallet cannot be corrected by one entry."


class StaleAccount(Unavailable):
    """The account changed between reading and writing; the wallet reads again and retries before anyone sees this."""
