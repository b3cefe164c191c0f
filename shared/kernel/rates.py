"""Sliding-window rate limits, counted in storage so that every copy of a function sees the same count (S-P-26, D-10).

The sliding count is the present window's plus the part of the previous window's that still overlaps. Only what is let
through is counted: a refused client that waits as long as it is told is let through, whatever it tried meanwhile. One
conditional write per request in the common case; a burst early in a window, and the first of a window, need a second.
"""

import hashlib
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.kernel.clock import to_ms
from shared.kernel.domains import Rate, domains
from shared.kernel.errors import RateLimitExceeded, Unavailable
from shared.kernel.platform import RateWindow
from shared.kernel.storage.tries import tries
from shared.kernel.storage.writes import ConditionFailed, Update, commit

_SK = "RATE"

RATES: dict[str, Rate] = {name: rate for domain in domains() for name, rate in domain.rates.items()}
"""Rate classes, as the domains declare them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands; ``reset_seconds`` until the window ends or, where refused, they are let through."""

    name: str
    rate: Rate
    used: int
    reset_seconds: int

    @property
    def remaining(self) -> int:
        """Requests left."""
        return max(0, self.rate.limit - self.used)

    def headers(self) -> dict[str, str]:
        """Return the fields of draft-ietf-httpapi-ratelimit-headers-10 and the specification's own (X-P-06)."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.rate.limit};w={self.rate.seconds}',
            "RateLimit": f'"{self.name}";r={self.remaining};t={self.reset_seconds}',
            "X-RateLimit-Remaining": str(self.remaining),
        }


@dataclass(frozen=True, slots=True)
class Tally:
    """What was let through in a window and in the one before it, seen ``elapsed`` seconds into the window."""

    rate: Rate
    window: int
    elapsed: int
    used: int = 0
    previous: int = 0

    def overlap(self) -> int:
        """Return the part of the previous window's count that still counts."""
        return self.previous * (self.rate.seconds - self.elapsed) // self.rate.seconds

    def weight(self, later: int = 0) -> int:
        """Return the sliding count so many seconds ``later``, where nothing more is let through until then."""
        at = self.elapsed + later
        if at < self.rate.seconds:
            return self.used + replace(self, elapsed=at).overlap()
        return self.used * max(0, 2 * self.rate.seconds - at) // self.rate.seconds

    def wait(self) -> int:
        """Return the seconds until one more is let through."""
        waits = range(1, 2 * self.rate.seconds + 1)
        return waits[bisect_left(waits, True, key=lambda later: self.weight(later) < self.rate.limit)]


def count(name: str, who: str, *, now: datetime) -> Standing:
    """Count one request of ``who`` against a rate class.

    Raises:
        RateLimitExceeded: it is over the limit, and is not counted; the error carries the headers and ``Retry-After``
            in seconds.
        Unavailable: so many at once that storage could not count this one.
    """
    rate, pk = RATES[name], _key(name, who)
    window, elapsed = divmod(to_ms(now) // 1000, rate.seconds)
    write = _unless_busy(pk, Tally(rate, window, elapsed))
    for _ in tries():
        try:
            kept = RateWindow.load(commit(write, returned="ALL_NEW"))
        except ConditionFailed as refused:
            old = RateWindow.load(refused.old) if refused.old else None
        else:
            counted = _tally(kept, rate, window, elapsed)
            return Standing(name, rate, counted.weight(), rate.seconds - counted.elapsed)
        tally = _tally(old, rate, window, elapsed)
        if tally.weight() >= rate.limit:
            standing = Standing(name, rate, rate.limit, tally.wait())
            raise RateLimitExceeded(headers=standing.headers() | {"Retry-After": str(standing.reset_seconds)})
        write = _one_more(pk, tally, old, now=now)
    raise Unavailable


def give_back(name: str, who: str, *, now: datetime) -> None:
    """Take back one request counted in the present window, for classes that count failures only."""
    window = to_ms(now) // 1000 // RATES[name].seconds
    counted = (RateWindow.window == window) & (RateWindow.used > 0)
    with suppress(ConditionFailed):
        commit(Update(RateWindow, _key(name, who), _SK, [RateWindow.used.add(-1)], condition=counted))


def forgive(name: str, who: str) -> None:
    """Forget what was counted of somebody."""
    actions = [RateWindow.used.set(0), RateWindow.previous.set(0)]
    with suppress(ConditionFailed):
        commit(Update(RateWindow, _key(name, who), _SK, actions, condition=RateWindow.pk.exists()))


def _key(name: str, who: str) -> str:
    return f"RATE#{name}#{hashlib.sha256(who.encode()).hexdigest()[:32]}"


def _tally(old: RateWindow | None, rate: Rate, window: int, elapsed: int) -> Tally:
    """Return what counts at an instant; where another copy's clock has begun a later window, at its beginning."""
    if old is None or old.window < window - 1:
        return Tally(rate, window, elapsed)
    if old.window == window - 1:
        return Tally(rate, window, elapsed, previous=old.used)
    return Tally(rate, old.window, elapsed if old.window == window else 0, old.used, old.previous)


def _unless_busy(pk: str, at: Tally) -> Update:
    """Return the write that counts one more where that is within the limit whatever the previous window held."""
    full = replace(at, previous=at.rate.limit)
    within = RateWindow.used < at.rate.limit - full.overlap()
    alone = (RateWindow.previous == 0) & (RateWindow.used < at.rate.limit)
    condition = (RateWindow.window == at.window) & (within | alone)
    return Update(RateWindow, pk, _SK, [RateWindow.used.add(1)], condition=condition)


def _one_more(pk: str, tally: Tally, old: RateWindow | None, *, now: datetime) -> Update:
    """Return the write that counts one more in the tally's window, which it begins where ``old`` is not of it."""
    if old is not None and old.window == tally.window:
        room = RateWindow.used < tally.rate.limit - tally.overlap()
        condition = (RateWindow.window == old.window) & (RateWindow.previous == old.previous) & room
        return Update(RateWindow, pk, _SK, [RateWindow.used.add(1)], condition=condition)
    actions = [
        RateWindow.window.set(tally.window),
        RateWindow.used.set(1),
        RateWindow.previous.set(tally.previous),
        RateWindow.expires_at.set(now + timedelta(seconds=2 * tally.rate.seconds)),
    ]
    gone = RateWindow.window.does_not_exist()
    unchanged = (RateWindow.window == old.window) & (RateWindow.used == old.used) if old else gone
    return Update(RateWindow, pk, _SK, actions, condition=unchanged)
