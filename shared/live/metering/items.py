"""What metering stores of a viewing session."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import ListAttribute, UnicodeAttribute

from shared.kernel.clock import to_ms
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import CreditsAttribute, InstantAttribute, IntegerAttribute, Item
from shared.live.items import DOMAIN, Watching
from shared.live.metering.rules import Viewing

VIEWING_SK = "VIEWING"
LEASE_PREFIX = "LEASE#"

_PLAYBACK_RANGE = 100_000
_STAMP_RANGE = 100_000_000
_EARLIEST = 60_000
"""Milliseconds after which the stamp of an arrival repeats, a day and some hours: a session with all its pauses is over
by then. Clocks of servers differ: an arrival may lie a little before the session."""


def viewing_pk(session_id: str) -> str:
    """Return the partition of a viewing session."""
    return f"VIEWING#{session_id}"


def pack(arrived: datetime, playback_ms: int) -> int:
    """Return the evidence of one interval as one number: when its tick came, and the playback time reported.

    One small number per interval keeps a session with a whole lease below 1 KB, so that a tick costs one write unit.
    """
    return to_ms(arrived) % _STAMP_RANGE * _PLAYBACK_RANGE + playback_ms


def unpack(evidence: int, started_at: datetime) -> tuple[datetime, int]:
    """Return what ``pack`` was given, for an interval of a session that began at ``started_at``."""
    stamp, playback_ms = divmod(evidence, _PLAYBACK_RANGE)
    after = (stamp - to_ms(started_at) + _EARLIEST) % _STAMP_RANGE - _EARLIEST
    return started_at + timedelta(milliseconds=after), playback_ms


class ViewingItem(DueIndexed, Watching):
    """A viewing session and the evidence of its present lease.

    A tick is one conditional update of this item. The indexes hold it only while it is active, and nothing in them
    changes with a tick. ``opens_at`` is from when the next tick is accepted, ``admitted_at`` when the first token for
    the room was issued, ``share_…`` the creator's share when it began. ``left`` is what the viewer can still spend as
    of the version ``funds`` of their account; before its last change that was ``left_before``, up to interval
    ``left_until``.

    The session's clock stands still while the stream is paused: ``paused_at`` is there while it does, ``clock_at`` is
    when the session would have begun had there been no pause, and ``paused_ms`` how long the stream had been paused in
    all when the clock was last set. All three are absent where nothing was paused.

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
    funds = IntegerAttribute(null=True)
    left_before = CreditsAttribute(null=True)
    left_until = IntegerAttribute(null=True)
    last_index = IntegerAttribute()
    first_index = IntegerAttribute()
    opens_at = InstantAttribute()
    last_seen = InstantAttribute()
    nonce = UnicodeAttribute()
    evidence: ListAttribute[Any] = ListAttribute(of=IntegerAttribute)
    admitted_at = InstantAttribute(null=True)
    paused_at = InstantAttribute(null=True)
    clock_at = InstantAttribute(null=True)
    paused_ms = IntegerAttribute(null=True)
    ended_at = InstantAttribute(null=True)
    ended_reason = UnicodeAttribute(null=True)
    charged = CreditsAttribute(null=True)

    @property
    def session_id(self) -> str:
        """The session's id."""
        return self.pk.removeprefix("VIEWING#")

    @property
    def clock(self) -> datetime:
        """When the session began by its own clock, which stands still in pauses."""
        began: datetime = self.clock_at or self.started_at
        return began

    def viewing(self) -> Viewing:
        """Return the session as the rules see it."""
        return Viewing(
            active=self.status == "ACTIVE",
            cost=self.cost,
            lease_left=self.lease_left,
            held=self.held,
            last_index=self.last_index,
            first_index=self.first_index,
            started_at=self.clock,
            last_seen=self.last_seen,
            arrivals=[at for _, at, _ in ticked(self.started_at, self.first_index, self.evidence)],
            admitted_at=self.admitted_at,
            paused_at=self.paused_at,
            was_paused=self.clock_at is not None,
        )


class SeatItem(Item):
    """Which of a user's viewing sessions on a stream watch, oldest first: one, unless configured otherwise (D-53).

    | key | value | access |
    |---|---|---|
    | pk | ``SEAT#<user>`` | join |
    | sk | ``STREAM#<stream>`` | |
    """

    domain = DOMAIN

    sessions: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)


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
    left_before = CreditsAttribute(null=True)
    left_until = IntegerAttribute(null=True)
    evidence: ListAttribute[Any] = ListAttribute(of=IntegerAttribute)


def lease_sk(first_index: int) -> str:
    """Return the sort key of a lease's evidence."""
    return f"{LEASE_PREFIX}{first_index:06d}"


def ticked(started_at: datetime, first_index: int, evidence: Sequence[int]) -> list[tuple[int, datetime, int]]:
    """Return for each interval of a lease: its index, when its tick came, and the playback time reported."""
    return [(index, *unpack(number, started_at)) for index, number in enumerate(evidence, start=first_index)]
