"""Sliding-window rate limits, counted in storage so that every copy of a function sees the same count (S-P-26, D-10).

The sliding count is the present window's plus the part of the previous window's that still overlaps. One conditional
write per request in the common case; the first request of a new window needs a second.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.clock import to_ms
from shared.kernel.errors import RateLimitExceeded
from shared.kernel.platform import RateWindow
from shared.kernel.storage.writes import Attributes, ConditionFailed, Update, commit


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``limit`` requests in any ``seconds``."""

    limit: int
    seconds: int


RATES = {
    "write": Rate(60, 60),
    "read": Rate(240, 60),
    "sensitive": Rate(20, 60 * 60),
    "login-address": Rate(20, 15 * 60),
    "login-account": Rate(5, 15 * 60),
    "register-address": Rate(60, 60 * 60),
    "verification-mail": Rate(5, 60 * 60),
    "invitation": Rate(60, 24 * 60 * 60),
    "partner-link": Rate(1, 60 * 60),
}
"""Rate classes. Login has two buckets: per account and per address (S-P-14, X-P-07)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a caller stands in a window."""

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


def count(name: str, who: str, *, now: datetime) -> Standing:
    """Count one request of ``who`` against a rate class.

    Raises:
        RateLimitExceeded: it is over the limit; the error carries the headers and ``Retry-After`` in seconds.
    """
    rate = RATES[name]
    seconds = to_ms(now) // 1000
    window, elapsed = divmod(seconds, rate.seconds)
    current, previous = _add(name, who, window, expires=now + timedelta(seconds=2 * rate.seconds))
    used = current + previous * (rate.seconds - elapsed) // rate.seconds
    standing = Standing(name, rate, used, rate.seconds - elapsed)
    if used > rate.limit:
        raise RateLimitExceeded(headers=standing.headers() | {"Retry-After": str(standing.reset_seconds)})
    return standing


def give_back(name: str, who: str, *, now: datetime) -> None:
    """Take back one request counted in the present window, for classes that count failures only."""
    window = to_ms(now) // 1000 // RATES[name].seconds
    counted = (RateWindow.window == window) & (RateWindow.used > 0)
    try:
        commit(Update(RateWindow, _key(name, who), "RATE", [RateWindow.used.add(-1)], condition=counted))
    except ConditionFailed:
        return


def _key(name: str, who: str) -> str:
    return f"RATE#{name}#{hashlib.sha256(who.encode()).hexdigest()[:32]}"


def _add(name: str, who: str, window: int, *, expires: datetime) -> tuple[int, int]:
    pk = _key(name, who)
    same = Update(RateWindow, pk, "RATE", [RateWindow.used.add(1)], condition=RateWindow.window == window)
    try:
        return _counts(commit(same, returned="ALL_NEW"))
    except ConditionFailed as stale:
        return _roll(pk, window, RateWindow.load(stale.old) if stale.old else None, expires=expires)


def _roll(pk: str, window: int, old: RateWindow | None, *, expires: datetime) -> tuple[int, int]:
    """Begin a new window; where another request began it, or by another copy's clock a later one, count in that one."""
    one_more = Update(RateWindow, pk, "RATE", [RateWindow.used.add(1)])
    if old and old.window > window:
        return _counts(commit(one_more, returned="ALL_NEW"))
    previous = old.used if old and old.window == window - 1 else 0
    actions = [
        RateWindow.window.set(window),
        RateWindow.used.set(1),
        RateWindow.previous.set(previous),
        RateWindow.expires_at.set(expires),
    ]
    unchanged = RateWindow.window == old.window if old else RateWindow.window.does_not_exist()
    try:
        return _counts(commit(Update(RateWindow, pk, "RATE", actions, condition=unchanged), returned="ALL_NEW"))
    except ConditionFailed:
        return _counts(commit(one_more, returned="ALL_NEW"))


def _counts(attributes: Attributes) -> tuple[int, int]:
    item = RateWindow.load(attributes)
    return item.used, item.previous
