"""Reads of wallet that may be late, and why."""

from tests.reads import AGAIN, CHECKED, SHOWN

MAY_BE_LATE = {
    "shared.wallet.adjustments.waiting": CHECKED,
    "shared.wallet.reconciliation._accounts": AGAIN,
    "shared.wallet.statement.page": SHOWN,
}
