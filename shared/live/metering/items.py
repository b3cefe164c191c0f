"""What metering stores of a viewing session."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from shared.kernel.clock import to_ms
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import CreditsAttribute, InstantAttribute, IntegerAttribute, Item
from shared.live.items import DOMAIN, Watching
from shared.live.metering.rules import INTERVAL_MS, Viewing

VIEWING_SK = "VIEWING"
LEASE_PREFIX = "LEASE#"

_PLAYBACK_RANGE = 100_000
_STAMP_RANGE = 1_000_000
"""Milliseconds after which the stamp of an arrival repeats; no tick is charged that far from its interval."""


def viewing_pk(session_id: str) -> str:
    """Return the partition of a viewing session."""
    return f"VIEWING#{session_id}"


def pack(arrived: datetime, playback_ms: int) -> int:
    """Return the evidence of one interval as one number: when its tick came, and the playback time reported.

    One small number per interval keeps a session with a whole lease below 1 KB, so that a tick costs one write unit.
    """
    return to_ms(arrived) % _STAMP_RANGE * _PLAYBACK_RANGE + playback_ms


def unpack(evidence: int, nominal: datetime) -> tuple[datetime, int]:
    """Return what ``pack`` was given, for an interval that nominally began at ``nominal``."""
    stamp, playback_ms = divmod(evidence, _PLAYBACK_RANGE)
    half = _STAMP_RANGE // 2
    late = (stamp - to_ms(nominal) + half) % _STAMP_RANGE - half
    return nominal + timedelta(milliseconds=late), playback_ms


def nominal(started_at: datetime, index: int) -> datetime:
    """Return when an interval begins."""
    return started_at + timedelta(milliseconds=index * INTERVAL_MS)


class ViewingItem(DueIndexed, Watching):
    """A viewing session and the evidence of its present lease.

    A tick is one conditional update of this item. The indexes hold it only while it is active, and nothing in them
    changes with a tick. ``opens_at`` is from when the next tick is accepted, ``left`` what the viewer can still spend,
    ``admitted_at`` when the first token for the room was issued, ``share_…`` the creator's share when it began.

    | key | value | access |
    |---|---|---|
    | pk | ``VIEWING#<session>`` | tick, leave, settle |
    | sk | ``VIEWING`` | |
    | watching | ``watching_stream``, ``watching_user`` | who watches a stream |
    | due | ``due_shard`` ``viewing#<n>``, ``due_at`` | active sessions, for the sweep |
    """

    domain = DOMAIN

    stream_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    creator_id = UnicodeAttribute()
    status = UnicodeAttribute()
    rate_per_minute = CreditsAttribute()
    cost = CreditsAttribute()
    share_version = IntegerAttribute(null=True)
    share_permille = IntegerAttribute(null=True)
    held = CreditsAttribute()
    lease_left = CreditsAttribute()
    left = CreditsAttribute()
    last_index = IntegerAttribute()
    first_index = IntegerAttribute()
    opens_at = InstantAttribute()
    last_seen = InstantAttribute()
    nonce = UnicodeAttribute()
    evidence: ListAttribute[Any] = ListAttribute(of=IntegerAttribute)
    admitted_at = InstantAttribute(null=True)
    ended_at = InstantAttribute(null=True)
    ended_reason = UnicodeAttribute(null=True)
    charged = CreditsAttribute(null=True)

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self.pk.removeprefix("VIEWING#")

    def viewing(self) -> Viewing:
        """Return the session as the rules see it."""
        return Viewing(
            active=self.status == "ACTIVE",
            cost=self.cost,
            lease_left=self.lease_left,
            held=self.held,
            last_index=self.last_index,
            first_index=self.first_index,
            started_at=self.started_at,
            last_seen=self.last_seen,
            arrivals=[at for _, at, _ in ticked(self.started_at, self.first_index, self.evidence)],
            admitted_at=self.admitted_at,
        )


class SeatItem(Item):
    """Which of a user's viewing sessions on a stream is the one that watches (D-53).

    | key | value | access |
    |---|---|---|
    | pk | ``SEAT#<user>`` | join |
    | sk | ``STREAM#<stream>`` | |
    """

    domain = DOMAIN

    session_id = UnicodeAttribute()


def seat_key(user_id: str, stream_id: str) -> tuple[str, str]:
    """Return the keys of a user's seat before a stream."""
    return f"SEAT#{user_id}", f"STREAM#{stream_id}"


class LeaseItem(Item):
    """The evidence of a lease that was followed by another: every interval stays queryable (S-W-06, D-40).

    | key | value | access |
    |---|---|---|
    | pk | ``VIEWING#<session>`` | the intervals of a session |
    | sk | ``LEASE#<first interval>`` | the lease an interval was charged in |
    """

    domain = DOMAIN

    user_id = UnicodeAttribute()
    first_index = IntegerAttribute()
    last_index = IntegerAttribute()
    cost = CreditsAttribute()
    left = CreditsAttribute()
    evidence: ListAttribute[Any] = ListAttribute(of=IntegerAttribute)


def lease_sk(first_index: int) -> str:
    """Return the sort key of a lease's evidence."""
    return f"{LEASE_PREFIX}{first_index:06d}"


def ticked(started_at: datetime, first_index: int, evidence: Sequence[int]) -> list[tuple[int, datetime, int]]:
    """Return for each interval of a lease: its index, when its tick came, and the playback time reported."""
    return [
        (index, *unpack(number, nominal(started_at, index))) for index, number in enumerate(evidence, start=first_index)
    ]
