"""What payments refuses."""

from shared.kernel.errors import Conflict, DomainError, Forbidden, NotFound


class PriceNotFound(NotFound):
    """There is no such pack."""

    message = "There is no such price."


class PriceInactive(Conflict):
    """The pack is no longer sold."""

    code, message = "PRICE_INACTIVE", "This pack is no longer sold."


class ProductCodeTaken(Conflict):
    """Another pack has the product code (S-W-05)."""

    code, message = "PRODUCT_CODE_TAKEN", "Another price has this product code."


class PriceNotSellable(Conflict):
    """The provider takes no payments of this amount."""

    code, message = "PRICE_NOT_SELLABLE", "This pack cannot be sold at its price. Choose another one."


class PriceChangedMeanwhile(Conflict):
    """Somebody else changed the pack between reading and writing."""

    message = "The price was changed by somebody else; read it again."


class PaymentNotFound(NotFound):
    """There is no such payment, or it is someone else's."""

    message = "There is no such payment."


class PaymentClosed(Conflict):
    """The payment has come to its end: a new purchase needs a new request."""

    code, message = "PAYMENT_CLOSED", "This purchase is over; start a new one."


class ReviewNotFound(NotFound):
    """There is no such review."""

    message = "There is no such review."


class ReviewDecided(Conflict):
    """Somebody decided on the review before."""

    code, message = "REVIEW_DECIDED", "This review has been decided."


class OwnPayment(Forbidden):
    """The review is about a purchase of the admin who would decide it."""

    message = "Somebody else has to decide about your own purchase."


class UnreadableEvent(DomainError):
    """A delivery is signed but is no event."""

    code, message = "UNREADABLE_EVENT", "This is no event."


class PaymentMoved(Conflict):
    """The payment's state changed between reading and writing; payments decides anew before anyone sees this."""
