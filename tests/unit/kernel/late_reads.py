"""Reads of kernel that may be late, and why."""

from tests.reads import AGAIN, CHECKED, SHOWN

MAY_BE_LATE = {
    "shared.kernel.due.due_before": CHECKED,
    "shared.kernel.inbox.received_between": AGAIN,
    "shared.kernel.realtime.presence._connections": SHOWN,
    "shared.kernel.realtime.presence.present": SHOWN,
}
