"""Reads of messaging that may be late, and why."""

from tests.reads import CHECKED

MAY_BE_LATE = {
    "shared.messaging.inbound.reviews.queue": CHECKED,
    "shared.messaging.operators.operating.messages_to": CHECKED,
}
