"""Reads of payments that may be late, and why."""

from tests.reads import CHECKED, SHOWN

MAY_BE_LATE = {
    "shared.payments.history.purchases": SHOWN,
    "shared.payments.reviews.queue": CHECKED,
}
