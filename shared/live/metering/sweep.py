"""Sessions nobody leaves: the sweep looks at every active one, the worker settles those whose viewer fell silent.

An active session stays in the due index from its first silence on and costs no write while it is watched: the worker
only reads it, and asks to see it again at the moment its silence would run out, as far as the sweep that found it
looked ahead; from there on the next one does.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from shared.kernel.due import deliver_later
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.live.metering import rules, sessions
from shared.live.metering.items import SeatItem, ViewingItem, seat_key
from shared.live.metering.rules import Reason


def check(pk: str, sk: str, *, until: datetime, now: datetime) -> None:
    """Settle a session that is over, stop one whose stream is paused; come back to one that is still watched.

    Over is: the viewer silent for 20 s (settled as of that moment), the stream off air, or the longest time reached.
    """
    item = reads.get(ViewingItem, pk, sk)
    if item is None or item.status != "ACTIVE":
        return
    # Who was heard meanwhile is looked at again by the next sweep.
    with suppress(VersionConflict):
        _check(sessions.follow(item, now=now), until=until, now=now)


def _check(item: ViewingItem, *, until: datetime, now: datetime) -> None:
    if item.status != "ACTIVE":
        return
    silent = sessions.silent_since(item)
    if rules.gone_at(item.viewing(), now) is not None:
        sessions.settle_as_read(item, Reason.ABANDONED, at=now, now=now)
    elif item.started_at + timedelta(hours=rules.MAX_HOURS) < now:
        sessions.settle(item, Reason.EXPIRED, at=now, now=now)
    elif item.paused_at is None and silent <= until:
        deliver_later(sessions.DUE_KIND, item.pk, item.sk, due_at=silent, now=now, until=until)


def viewer_left(session_id: str, *, at: datetime, now: datetime) -> None:
    """Settle a session whose viewer left the room, as of when that was heard."""
    _end(session_id, Reason.LEFT, at=at, now=now)


def hold_voided(session_id: str, *, now: datetime) -> None:
    """End a session whose hold an administrator voided: nothing is charged, and nobody watches on without paying.

    A hold that is of no session is nothing to us.
    """
    _end(session_id, Reason.VOIDED, at=now, now=now)


def _end(session_id: str, reason: Reason, *, at: datetime, now: datetime) -> None:
    item = sessions.read_viewing(session_id)
    if item is not None:
        sessions.settle(item, reason, at=at, now=now)


def settle_user(user_id: str, *, now: datetime) -> None:
    """Settle every session of a user who may not watch any more."""
    pk, _ = seat_key(user_id, "")
    for found in reads.query_all(SeatItem, SeatItem.pk == pk):
        for session_id in SeatItem.load(dict(found)).sessions:
            item = sessions.read_viewing(session_id)
            if item is not None and item.status == "ACTIVE":
                sessions.settle(item, Reason.REVOKED, at=now, now=now)


def follow_stream(stream_id: str, *, now: datetime) -> int:
    """Bring every session that watches a stream in step with it; return how many.

    What counts is how the stream stands: the news of a pause may come late, and the picture be back by then.

    Raises:
        Unavailable: ticks were faster every time.
    """
    followed = 0
    for found in reads.query_all(ViewingItem, ViewingItem.watching_stream == stream_id, index="watching"):
        followed += _follow(found["pk"]["S"], found["sk"]["S"], now=now)
    return followed


def _follow(pk: str, sk: str, *, now: datetime) -> bool:
    def follow() -> bool:
        item = reads.get(ViewingItem, pk, sk)
        if item is None or item.status != "ACTIVE":
            return False
        sessions.follow(item, now=now)
        return True

    return retry_on_conflict(follow)
