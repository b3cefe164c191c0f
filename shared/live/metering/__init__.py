"""Paid viewing: sessions, leases, ticks, settlement. These names are what others may use."""

from shared.live.metering import access
from shared.live.metering.joining import join, let_in
from shared.live.metering.rules import Reason
from shared.live.metering.sessions import intervals, leave, own_viewing, refresh, summary, used_by, was_let_in, watches
from shared.live.metering.sweep import check, follow_stream, hold_voided, settle_user, viewer_left
from shared.live.metering.ticks import charge

__all__ = [
    "Reason",
    "access",
    "charge",
    "check",
    "follow_stream",
    "hold_voided",
    "intervals",
    "join",
    "leave",
    "let_in",
    "own_viewing",
    "refresh",
    "settle_user",
    "summary",
    "used_by",
    "viewer_left",
    "was_let_in",
    "watches",
]
