"""Beginning to watch: a seat before the stream, the first lease, and the room.

Joining sets credits aside and charges nothing; being let into the room makes the first interval owed.
"""

import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from shared import wallet
from shared.kernel.clock import from_ms
from shared.kernel.config import settings_of
from shared.kernel.due import LOOK_AHEAD, deliver_later, due_shard
from shared.kernel.errors import Unavailable
from shared.kernel.events import outbox
from shared.kernel.money import Credits
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import known_first, retry_on_conflict
from shared.kernel.storage.tries import tries
from shared.kernel.storage.writes import ConditionFailed, Put, Update, Write, commit
from shared.live import lookup, rates
from shared.live import rules as stream_rules
from shared.live.domain import LiveSettings
from shared.live.errors import require_live
from shared.live.items import Stream
from shared.live.metering import rules
from shared.live.metering.errors import RateChanged, SessionEnded
from shared.live.metering.events import ViewingStarted
from shared.live.metering.items import VIEWING_SK, SeatItem, ViewingItem, seat_key, viewing_pk
from shared.live.metering.rules import Reason
from shared.live.metering.schemas import CurrentRate, JoinedSession
from shared.live.metering.sessions import (
    DUE_KIND,
    follow,
    own_viewing,
    read_viewing,
    settle,
    silent_since,
)


class _SeatTaken(Unavailable):
    """The same user joined the stream elsewhere at the same moment; a join reads again and retries first."""


def session_id_of(stream_id: str, operation: str) -> str:
    """Return the session id that every try of one request to join a stream gets, a UUID (S-W-36)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"wellspring:viewing:{stream_id}:{operation}"))


Nearest = Callable[[Credits], wallet.NearestPack | None]
"""Given how many milli-credits are missing, the pack to buy."""


def join(
    stream_id: str,
    user_id: str,
    *,
    operation: str,
    seen: Credits,
    nearest: Nearest = lambda _: None,
    now: datetime,
) -> JoinedSession:
    """Start a viewing session and set aside its first lease.

    A user watches a stream once (D-53): a second join takes over, and what the first one owes is settled before. The
    stream is looked at again afterwards: one that ended meanwhile has nobody left to settle its sessions.

    Args:
        stream_id: what to watch.
        user_id: who watches.
        operation: names the request, however often it is tried.
        seen: milli-credits per minute that the viewer was shown; the session may cost less, never more.
        nearest: what to buy for what is missing.
        now: when.

    Raises:
        NotFound: there is no such stream.
        StreamNotLive: it is not on air.
        StreamPaused: it has no picture for the moment.
        RateChanged: a minute costs more than the viewer saw.
        InsufficientCredits: less than the minimum is available.
    """
    stream = lookup.stream(stream_id)
    require_live(stream.status)
    session_id = session_id_of(stream_id, operation)
    if read_viewing(session_id) is None:
        try:
            _begin(stream, session_id, user_id, seen, now)
        except wallet.errors.InsufficientCredits as short:
            short.data = short.data.model_copy(update={"nearest_pack": nearest(short.data.missing)})
            raise
    opened = own_viewing(stream_id, session_id, user_id)
    if opened.status == "ACTIVE":
        _in_step(opened, now=now)
    return JoinedSession(
        session_id=session_id,
        metering_rate=opened.rate_per_minute,
        seen_rate=seen,
        minimum_balance=_minimum(opened.cost),
    )


def _in_step(item: ViewingItem, *, now: datetime) -> ViewingItem:
    """Return an active session in step with its stream.

    Raises:
        Unavailable: ticks were faster every time.
    """
    standing = known_first(item, lambda: own_viewing(item.stream_id, item.session_id, item.user_id))

    def follow_active() -> ViewingItem:
        found = standing()
        return follow(found, now=now) if found.status == "ACTIVE" else found

    return retry_on_conflict(follow_active)


def _minimum(cost: Credits) -> Credits:
    return rules.minimum_balance(cost, Credits(settings_of(LiveSettings).minimum_balance))


def _begin(stream: Stream, session_id: str, user_id: str, seen: Credits, now: datetime) -> None:
    """Take the user's seat before the stream, from an earlier session of theirs if there is one."""
    rate = rates.present(stream, now=now)
    if rate > seen:
        raise RateChanged(data=CurrentRate(rate_per_minute=rate, seen_rate=seen))
    for _ in tries():
        seat = reads.get(SeatItem, *seat_key(user_id, stream.stream_id))
        staying = _make_room(seat.sessions if seat else (), now)
        with suppress(_SeatTaken, wallet.errors.HoldClosed):
            _open(stream, session_id, user_id, rate, (seat, staying), now)
        if read_viewing(session_id) is not None:
            return
    raise _SeatTaken


def _make_room(sessions: Sequence[str], now: datetime) -> list[str]:
    """End the oldest of a user's sessions on a stream, so that one more is as many as are shared; return the others."""
    found = [item for item in map(read_viewing, sessions) if item is not None and item.status == "ACTIVE"]
    shared = settings_of(LiveSettings).viewings_at_once - 1
    for before in found[: len(found) - shared]:
        settle(before, Reason.TAKEN_OVER, at=now, now=now)
    return [item.session_id for item in found[len(found) - shared :]] if shared else []


def _open(
    stream: Stream,
    session_id: str,
    user_id: str,
    rate: Credits,
    seat: tuple[SeatItem | None, list[str]],
    now: datetime,
) -> None:
    pk, cost = viewing_pk(session_id), rules.interval_cost(rate)
    share = stream_rules.share_at(settings_of(LiveSettings).creator_shares, now)
    item = ViewingItem(
        pk=pk,
        sk=VIEWING_SK,
        stream_id=stream.stream_id,
        user_id=user_id,
        creator_id=stream.creator_id,
        status="ACTIVE",
        rate_per_minute=rate,
        cost=cost,
        share_version=share.version,
        share_permille=share.permille,
        last_index=-1,
        first_index=0,
        started_at=now,
        paused_ms=stream.paused_ms or None,
        opens_at=from_ms(rules.opens_at(now, 0)),
        last_seen=now,
        nonce="",
        evidence=[],
        watching_stream=stream.stream_id,
        watching_user=f"{user_id}#{session_id}",
        due_shard=due_shard(DUE_KIND, pk),
        due_at=now + timedelta(milliseconds=rules.SILENCE_MS),
    )
    seat_pk, seat_sk = seat_key(user_id, stream.stream_id)
    before, staying = seat
    taken = Put(
        SeatItem(pk=seat_pk, sk=seat_sk, sessions=[*staying, session_id]),
        condition=SeatItem.sessions == before.sessions if before else SeatItem.pk.does_not_exist(),
        error=_SeatTaken,
    )
    started = ViewingStarted(stream_id=stream.stream_id, session_id=session_id, user_id=user_id)

    def session(granted: Credits, account: wallet.Account) -> Sequence[Write]:
        if account.available + granted < _minimum(cost):
            raise wallet.errors.InsufficientCredits.short_of(_minimum(cost), account.available + granted)
        item.held = item.lease_left = granted
        item.left, item.funds = granted + account.available, account.version + 1
        return [
            Put(item, condition=ViewingItem.pk.does_not_exist(), error=wallet.errors.HoldClosed),
            taken,
            outbox(started, at=now, event_id=f"viewing-started-{session_id}"),
        ]

    try:
        wallet.open_hold(
            user_id,
            session_id,
            rules.lease_size(cost),
            purpose=f"viewing:{stream.stream_id}",
            expires_at=now + timedelta(hours=rules.MAX_HOURS + 1),
            now=now,
            beside=session,
        )
    except wallet.errors.InsufficientCredits as short:
        raise wallet.errors.InsufficientCredits.short_of(_minimum(cost), short.data.available) from None


def let_in(stream_id: str, session_id: str, user_id: str, *, now: datetime) -> None:
    """Note that a viewer is let into the room: from now on the first interval is owed, once (D-51).

    The session is looked at as soon as it would have been silent for too long, whenever the next sweep comes: who takes
    a token and sends nothing is removed then.

    Raises:
        NotFound: there is no such session, or it is someone else's.
        SessionEnded: it is over, or the viewer was silent for too long and it is about to be.
    """
    item = own_viewing(stream_id, session_id, user_id)
    if item.status == "ACTIVE":
        item = _in_step(item, now=now)
    silent = silent_since(item)
    if item.status != "ACTIVE" or silent < now:
        raise SessionEnded
    if item.admitted_at is not None:
        return
    deliver_later(DUE_KIND, item.pk, item.sk, due_at=silent, now=now, until=now + LOOK_AHEAD)
    opened = (ViewingItem.status == "ACTIVE") & ViewingItem.admitted_at.does_not_exist()
    try:
        commit(Update(ViewingItem, item.pk, item.sk, [ViewingItem.admitted_at.set(now)], condition=opened))
    except ConditionFailed as refused:
        if ViewingItem.load(refused.old or {}).status != "ACTIVE":
            raise SessionEnded from None
