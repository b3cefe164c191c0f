"""What payments refuses."""

from shared.kernel.errors import Conflict, DomainError, NotFound


class PriceNotFound(NotFound):
    """There is no such pack."""

    message = "There is no such price."


class PriceInactive(Conflict):
    """The pack is no longer sold."""

    code, message = "PRICE_INACTIVE", "This pack is no longer sold."


class ProductCodeTaken(Conflict):
    """Another pack has the product code (S-W-05)."""

    code, message = "PRODUCT_CODE_TAKEN", "Another price has this product code."


class PriceChangedMeanwhile(Conflict):
    """Somebody else changed the pack between reading and writing."""

    message = "The price was changed by somebody else; read it again."


class PaymentNotFound(NotFound):
    """There is no such payment, or it is someone else's."""

    message = "There is no such payment."


class PaymentClosed(Conflict):
    """The payment has come to its end: a new purchase needs a new request."""

    code, message = "PAYMENT_CLOSED", "This purchase is over; start a new one."


class UnreadableEvent(DomainError):
    """A delivery is signed but is no event."""

    code, message = "UNREADABLE_EVENT", "This is no event."


class PaymentMoved(Conflict):
    """The payment's state changed between reading and writing; payments decides anew before anyone sees this."""
