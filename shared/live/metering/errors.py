"""What metering refuses. Every refusal of a tick carries a result with the balance (D-07)."""

from shared import wallet
from shared.kernel.errors import Conflict, DomainError
from shared.live.metering.schemas import CurrentRate, MeterResult


class AlreadyProcessed(Conflict):
    """The interval was charged before; the original result is under ``data`` (D-07, X-W-28)."""

    code, message = "ALREADY_PROCESSED", "This interval was already charged."
    carries = MeterResult


class TickTooEarly(DomainError):
    """The interval has not begun; ``nextAllowedMs`` tells when to ping again (S-W-35)."""

    status, code, message = 400, "TICK_TOO_EARLY", "This interval has not begun yet."
    carries = MeterResult


class TickTooLate(DomainError):
    """The index fell behind the clock; the field's message names the index to go on with."""

    status, code, message = 400, "TICK_TOO_LATE", "This interval is over."
    carries = MeterResult


class ViewingPaused(Conflict):
    """The stream has no picture for the moment: nothing is charged; the same tick counts once it is back (X-L-06)."""

    code, message = "STREAM_PAUSED", "This stream is paused. Nothing is charged until the picture is back."
    carries = MeterResult


class SessionEnded(Conflict):
    """The viewing session is over; start a new one to go on."""

    code, message = "SESSION_ENDED", "This viewing session is over."
    carries = MeterResult


class RateChanged(Conflict):
    """A minute costs more than the viewer saw; the present rate is under ``data``."""

    code, message = "RATE_CHANGED", "The price of this stream has gone up. Look at it again before you join."
    carries = CurrentRate


class CreditsExhausted(wallet.errors.InsufficientCredits):
    """The credits ran out while watching; the session is settled (S-W-33, S-W-37)."""

    message = "Your credits are used up. Top up to go on watching."
    carries = MeterResult
