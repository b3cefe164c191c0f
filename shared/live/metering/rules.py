"""Metering's decisions, pure: what a tick costs, whether it may be charged, and what a session owes at its end.

A viewing session is cut into intervals of ten seconds by the server's clock. Tick ``n`` pays for interval ``n``, which
begins ``n`` intervals after the session; it is paid ahead (D-30). What the client says about the time it played is
kept as evidence and never sets the price (D-15). Whom the room was opened for owes every interval that began before
they went, ticked or not (D-51): silence is not free. While the stream is paused the session's clock stands still
(X-L-06): no interval begins, nobody falls silent, nothing is owed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from shared.kernel.clock import to_ms
from shared.kernel.money import NOTHING, Credits
from shared.wallet import HoldSize

INTERVAL_MS = 10_000
EARLY_MS = 1_000
"""How much earlier than its interval a tick may arrive: networks and timers jitter."""

SILENCE_MS = 20_000
"""A viewer who was not heard for this long has left; nothing is charged past it."""

BEHIND_INTERVALS = 2
"""A tick is refused once this many intervals have begun after its own: the index follows the clock."""

LEASE_INTERVALS = 48
"""How many intervals a lease holds credits for: eight minutes (DESIGN: lease and settle)."""

MINUTE_MS = 60_000

MAX_HOURS = 12
"""A viewing session is settled at the latest after this; the viewer joins again."""


class Reason(StrEnum):
    """Why a viewing session ended."""

    LEFT = "left"
    EXHAUSTED = "exhausted"
    ABANDONED = "abandoned"
    STREAM_ENDED = "stream_ended"
    EXPIRED = "expired"
    TAKEN_OVER = "taken_over"
    REVOKED = "revoked"
    VOIDED = "voided"


def credits_for_interval(playback_ms: int, rate_per_minute: Credits) -> Credits:
    """Return the price of a time at a rate per minute, in milli-credits, a fraction rounded up (S-W-27).

    Raises:
        ValueError: the time or the rate is negative.
    """
    if playback_ms < 0 or rate_per_minute < 0:
        raise ValueError("time and rate are not negative")
    return Credits(-(-playback_ms * rate_per_minute // MINUTE_MS))


def interval_cost(rate_per_minute: Credits) -> Credits:
    """Return what one interval costs, in milli-credits."""
    return credits_for_interval(INTERVAL_MS, rate_per_minute)


def minimum_balance(cost: Credits, configured: Credits) -> Credits:
    """Return what is needed to start: the configured minimum or one interval, whichever is more (S-W-31, D-29)."""
    return max(configured, cost)


def lease_size(cost: Credits, owed: Credits = NOTHING) -> HoldSize:
    """Return how much a lease sets aside: what is owed already, and as many whole intervals as a lease lasts."""
    return HoldSize(want=max(LEASE_INTERVALS * cost, owed), unit=max(cost, owed))


def clamp_playback(playback_ms: int) -> int:
    """Return the playback time that is kept as evidence: at most one interval (X-W-27)."""
    return max(0, min(playback_ms, INTERVAL_MS))


def opens_at(started_at: datetime, index: int) -> int:
    """Return the millisecond from which a tick is accepted."""
    return to_ms(started_at) + index * INTERVAL_MS - EARLY_MS


def closes_at(started_at: datetime, index: int) -> int:
    """Return the last millisecond at which a tick is accepted."""
    return to_ms(started_at) + (index + BEHIND_INTERVALS) * INTERVAL_MS


@dataclass(frozen=True, slots=True)
class Tick:
    """What a client sent, and when the server got it."""

    index: int
    playback_ms: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Viewing:
    """A viewing session as the rules see it; amounts are milli-credits.

    Attributes:
        active: not ended yet.
        cost: of one interval.
        lease_left: what is left of the credits held.
        held: everything held since the session began.
        last_index: last interval charged, -1 before the first.
        first_index: first interval of the present lease.
        started_at: when the session began by its own clock, which stands still in pauses.
        last_seen: when the viewer was last heard.
        arrivals: when the tick of each interval of the lease came.
        admitted_at: when the room was opened for the viewer, ``None`` while it was not.
        paused_at: since when the clock stands still, ``None`` while it runs.
        was_paused: the clock stood still before.
    """

    active: bool
    cost: Credits
    lease_left: Credits
    held: Credits
    last_index: int
    first_index: int
    started_at: datetime
    last_seen: datetime
    arrivals: Sequence[datetime]
    admitted_at: datetime | None = None
    paused_at: datetime | None = None
    was_paused: bool = False


class Verdict(StrEnum):
    """What a tick is."""

    CHARGE = "charge"
    RENEW = "renew"
    REPLAY = "replay"
    EARLY = "early"
    LATE = "late"
    PAUSED = "paused"
    SILENT = "silent"
    ENDED = "ended"


def judge(viewing: Viewing, tick: Tick) -> Verdict:
    """Decide about a tick.

    A replay is told even of an ended session; a viewer who was silent too long has left, also one who was before the
    picture went; an index that runs ahead of the clock is early, one that falls behind it is late.
    """
    now = to_ms(tick.at)
    if tick.index <= viewing.last_index:
        return Verdict.REPLAY
    if not viewing.active:
        return Verdict.ENDED
    if viewing.paused_at:
        return Verdict.SILENT if gone_at(viewing, tick.at) else Verdict.PAUSED
    if now - to_ms(viewing.last_seen) > SILENCE_MS:
        return Verdict.SILENT
    if now < opens_at(viewing.started_at, tick.index):
        return Verdict.EARLY
    if now > closes_at(viewing.started_at, tick.index):
        return Verdict.LATE
    return Verdict.CHARGE if owed(viewing, tick) <= viewing.lease_left else Verdict.RENEW


def owed(viewing: Viewing, tick: Tick) -> Credits:
    """Return what a tick costs: its own interval and those that were skipped since the last (X-W-27)."""
    return (tick.index - viewing.last_index) * viewing.cost


def next_allowed_ms(started_at: datetime, index: int, now: datetime) -> int:
    """Return in how many milliseconds the tick after ``index`` is accepted (S-W-35)."""
    return max(0, opens_at(started_at, index + 1) - to_ms(now))


def expected_index(viewing: Viewing, now: datetime) -> int:
    """Return the interval that the clock is in."""
    return (to_ms(now) - to_ms(viewing.started_at)) // INTERVAL_MS


def silent_at(viewing: Viewing) -> datetime:
    """Return when a session counts as abandoned if nothing more is heard: nothing is owed for the time after."""
    return viewing.last_seen + timedelta(milliseconds=SILENCE_MS)


def set_forward(viewing: Viewing, milliseconds: int) -> Viewing:
    """Return a session whose clock stood still for a time: all that it measures by lies so much later."""
    pause = timedelta(milliseconds=milliseconds)
    return replace(
        viewing,
        started_at=viewing.started_at + pause,
        last_seen=viewing.last_seen + pause,
        was_paused=viewing.was_paused or milliseconds > 0,
    )


def gone_at(viewing: Viewing, now: datetime) -> datetime | None:
    """Return since when the viewer counts as gone, ``None`` while they do not; nobody falls silent in a pause."""
    silent = silent_at(viewing)
    return silent if silent <= (viewing.paused_at or now) else None


def used(viewing: Viewing) -> Credits:
    """Return what a session has come to so far: every interval charged, and the first once the room was opened."""
    let_in = viewing.admitted_at and not (viewing.paused_at and viewing.paused_at < viewing.admitted_at)
    opened = viewing.cost if let_in else NOTHING
    return max(viewing.held - viewing.lease_left, opened)


def due_at_end(
    viewing: Viewing, *, at: datetime, off_air: datetime | None = None, earlier: Sequence[datetime] = ()
) -> Credits:
    """Return what a session owes that ends at ``at``: the intervals that were ticked, or those that were opened.

    An interval that was charged after its stream had ended or was paused is given back (S-W-34, X-L-06), and so is one
    that has not begun by a clock that stood still: it was charged before the news of a pause came.

    Args:
        viewing: the session.
        at: when the viewer went.
        off_air: since when nothing is broadcast, where that is so.
        earlier: when the ticks of the leases before the present one came.
    """
    until = min(at, off_air or at)
    after = sum(arrived > off_air for arrived in (*earlier, *viewing.arrivals)) if off_air else 0
    ahead = max(0, viewing.last_index + 1 - _begun(viewing, until)) if viewing.was_paused else 0
    ticked = viewing.held - viewing.lease_left - max(after, ahead) * viewing.cost
    return max(ticked, _opened(viewing, min(until, silent_at(viewing))) * viewing.cost, NOTHING)


def _opened(viewing: Viewing, until: datetime) -> int:
    """Return how many intervals had begun before an instant for a viewer who was let in (D-51)."""
    if viewing.admitted_at is None or viewing.admitted_at > until:
        return 0
    return max(1, _begun(viewing, until))


def _begun(viewing: Viewing, until: datetime) -> int:
    return -(-(to_ms(until) - to_ms(viewing.started_at)) // INTERVAL_MS)
