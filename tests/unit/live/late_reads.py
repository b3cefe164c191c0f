"""Reads of live that may be late, and why."""

from tests.reads import SHOWN

MAY_BE_LATE = {
    "shared.live.audience.recount": "it comes two seconds after the change that it counts",
    "shared.live.audience.viewers": SHOWN,
    "shared.live.categories._shown": SHOWN,
    "shared.live.categories.every": SHOWN,
    "shared.live.discovery._read": SHOWN,
    "shared.live.reconciling._on_air": "each is read again; whom it misses the next run finds",
    "shared.live.reconciling._settle_who_is_gone": "each is read again; whom it misses the next run finds",
    "shared.live.streams.end_all": "each is read again; whom it misses the next look at the rooms ends",
    "shared.live.metering.sweep.follow_stream": "each is read again; whom it misses the check of that session finds",
}
