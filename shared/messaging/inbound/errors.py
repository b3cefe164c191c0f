"""What the receivers of messaging refuse."""

from shared.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from shared.kernel.security.signatures import BadSignature


class Forged(BadSignature):
    """The delivery is not the provider's, or too old."""

    status = 403


class UnreadableEvent(DomainError):
    """A delivery is signed but is no event."""

    code, message = "UNREADABLE_EVENT", "This is no event."


class ReviewNotFound(NotFound):
    """There is no such reply to be judged."""

    message = "There is no such review."


class OwnReply(Forbidden):
    """The reply was written by the member of staff who would decide on it."""

    message = "Somebody else has to decide about your own reply."


class NoSuchAnswer(DomainError):
    """The decision is no answer to what the person was asked."""

    status, code, message = 422, "NO_SUCH_ANSWER", "This is no answer to what they were asked."


class ReviewDecided(Conflict):
    """Somebody else has decided it, in another way."""

    code, message = "REVIEW_DECIDED", "This review has been decided."
