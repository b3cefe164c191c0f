"""Paid viewing: sessions, leases, ticks, settlement. These names are what the rest of ``live`` may use."""

from shared.live.metering.rules import Reason
from shared.live.metering.sessions import active_session, intervals, join, leave, own_viewing, summary
from shared.live.metering.sweep import check, settle_stream, viewer_left
from shared.live.metering.ticks import charge

__all__ = [
    "Reason",
    "active_session",
    "charge",
    "check",
    "intervals",
    "join",
    "leave",
    "own_viewing",
    "settle_stream",
    "summary",
    "viewer_left",
]
