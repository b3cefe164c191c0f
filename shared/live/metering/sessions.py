"""The life of a viewing session after it began: renew the lease, settle; who is told what in between.

Joining and renewing set credits aside for a lease (``shared.live.metering.joining``); a tick takes from the lease
(``shared.live.metering.ticks``); settling posts what was used and returns the rest. Each is one transaction with the
wallet's.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition

from shared import wallet
from shared.kernel.clock import from_ms
from shared.kernel.config import settings_of
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.money import NOTHING, Credits, to_decimal
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, known_first, retry_on_conflict
from shared.kernel.storage.writes import ConditionFailed, Put, Update, Write, commit, transact
from shared.kernel.telemetry import logger
from shared.live import lookup
from shared.live import rules as stream_rules
from shared.live.domain import LiveSettings
from shared.live.items import Stream
from shared.live.metering import rules
from shared.live.metering.events import ViewingEnded
from shared.live.metering.items import (
    LEASE_PREFIX,
    VIEWING_SK,
    LeaseItem,
    ViewingItem,
    lease_sk,
    ticked,
    viewing_pk,
)
from shared.live.metering.rules import Reason
from shared.live.metering.schemas import MeterEvent, ViewingSummary
from shared.live.rules import Share, StreamStatus

DUE_KIND = "viewing"


def read_viewing(session_id: str) -> ViewingItem | None:
    """Return a viewing session as it stands. One read."""
    return reads.get(ViewingItem, viewing_pk(session_id), VIEWING_SK)


def own_viewing(stream_id: str, session_id: str, user_id: str) -> ViewingItem:
    """Return a viewer's own session on a stream.

    Raises:
        NotFound: there is none, or it is someone else's.
    """
    item = read_viewing(session_id)
    if item is None or (item.stream_id, item.user_id) != (stream_id, user_id):
        raise NotFound
    return item


def used_by(session_ids: Sequence[str]) -> Credits:
    """Return what was used in viewing sessions and the wallet does not know of yet. A read for each.

    One that was settled since the wallet was read counts with what it came to: the wallet's figures are from before.
    """
    found = [read_viewing(session_id) for session_id in session_ids]
    return sum((_used(item) for item in found if item is not None), NOTHING)


def _used(item: ViewingItem) -> Credits:
    used: Credits = item.charged if item.status == "ENDED" else rules.used(item.viewing())
    return used


def refresh(user_id: str, *, besides: str | None = None) -> None:
    """Tell a user's running sessions what the wallet has now, so that the next tick of each knows it without a read.

    The later state of the wallet wins, in whatever order the news comes.
    """
    account = wallet.read_account(user_id)
    for session_id in account.holds:
        if session_id != besides:
            _refresh(session_id, account)


def _refresh(session_id: str, account: wallet.Account) -> None:
    older = ViewingItem.funds.does_not_exist() | (ViewingItem.funds < account.version)
    update = Update(
        ViewingItem,
        viewing_pk(session_id),
        VIEWING_SK,
        [
            ViewingItem.left_before.set(ViewingItem.left),
            ViewingItem.left_until.set(ViewingItem.last_index),
            ViewingItem.left.set(ViewingItem.lease_left + account.available),
            ViewingItem.funds.set(account.version),
        ],
        condition=(ViewingItem.status == "ACTIVE") & older,
    )
    with suppress(ConditionFailed):
        commit(update)


def was_let_in(session_id: str, *, before: datetime) -> bool:
    """Tell whether an active session was let into the room before an instant. One read."""
    item = read_viewing(session_id)
    return bool(item and item.status == "ACTIVE" and item.admitted_at and item.admitted_at < before)


def watches(stream_id: str, session_id: str, user_id: str) -> bool:
    """Tell whether a viewing session is this user's on this stream, and active. One read."""
    item = read_viewing(session_id)
    return item is not None and (item.stream_id, item.user_id, item.status) == (stream_id, user_id, "ACTIVE")


def as_read(item: ViewingItem) -> Any:
    """Return the condition that a session is active and came to nothing more since it was read."""
    return (
        (ViewingItem.status == "ACTIVE")
        & (ViewingItem.last_index == item.last_index)
        & (ViewingItem.held == item.held)
        & _same(ViewingItem.admitted_at, item.admitted_at)
        & _same(ViewingItem.paused_at, item.paused_at)
        & _same(ViewingItem.paused_ms, item.paused_ms)
    )


def _same(attribute: Attribute[Any], value: Any) -> Condition:
    return attribute.does_not_exist() if value is None else attribute == value


def renew(item: ViewingItem, tick: rules.Tick, nonce: str, evidence: list[int]) -> None:
    """Take the next lease and charge the tick that needs it, in one transaction.

    Raises:
        InsufficientCredits: not even this tick can be paid.
        HoldClosed: the session was settled or renewed meanwhile; nothing was changed.
    """
    owed = rules.owed(item.viewing(), tick)
    needed = rules.lease_size(item.cost, owed - item.lease_left)
    past = LeaseItem(
        pk=item.pk,
        sk=lease_sk(item.first_index),
        user_id=item.user_id,
        first_index=item.first_index,
        last_index=item.last_index,
        cost=item.cost,
        left=item.left,
        left_before=item.left_before,
        left_until=item.left_until,
        evidence=list(item.evidence),
    )

    def session(granted: Credits, account: wallet.Account) -> Sequence[Write]:
        actions = [
            ViewingItem.held.set(item.held + granted),
            ViewingItem.lease_left.set(item.lease_left + granted - owed),
            ViewingItem.left.set(item.lease_left + granted - owed + account.available),
            ViewingItem.left_before.remove(),
            ViewingItem.left_until.remove(),
            ViewingItem.funds.set(account.version + 1),
            ViewingItem.opens_at.set(from_ms(rules.opens_at(item.clock, tick.index + 1))),
            ViewingItem.first_index.set(item.last_index + 1),
            ViewingItem.last_index.set(tick.index),
            ViewingItem.last_seen.set(tick.at),
            ViewingItem.nonce.set(nonce),
            ViewingItem.evidence.set(evidence),
        ]
        going_on = Update(
            ViewingItem, item.pk, item.sk, actions, condition=as_read(item), error=wallet.errors.HoldClosed
        )
        kept = Put(past, condition=LeaseItem.pk.does_not_exist(), error=wallet.errors.HoldClosed)
        return [going_on, kept] if item.evidence else [going_on]

    wallet.extend_hold(item.user_id, item.session_id, needed, held=item.held, beside=session)


def settle(item: ViewingItem, reason: Reason, *, at: datetime, now: datetime) -> ViewingItem:
    """End a session: post what was used until ``at``, return the rest, tell those concerned. Idempotent.

    A tick that comes in between is taken in and the session settled with it.

    Returns:
        The session as it ended, by this call or an earlier one.

    Raises:
        Unavailable: ticks were faster every time.
    """
    standing = known_first(item, lambda: _standing(item))

    def settle_active() -> ViewingItem:
        found = standing()
        return settle_as_read(found, reason, at=at, now=now) if found.status == "ACTIVE" else found

    return retry_on_conflict(settle_active)


def settle_as_read(item: ViewingItem, reason: Reason, *, at: datetime, now: datetime) -> ViewingItem:
    """End an active session as ``settle`` does, but only if it is as it was read: for an end that its state calls for.

    Whoever settles it, a session ends with its viewer's silence at the latest: they had left by then. Pauses of its
    stream do not count, whether or not the session has heard of them.

    Returns:
        The session as it ended.

    Raises:
        VersionConflict: a tick was charged or the session settled meanwhile; nothing was changed.
    """
    stream = lookup.stream(item.stream_id)
    gone = rules.gone_at(_in_step(item, stream), at)
    at = min(at, gone) if gone else at
    try:
        due = _owed(item, stream, reason, at)
        covered = _cover(item, due - item.held)
        _settle(covered, stream, reason, used=min(due, covered.held), at=at, now=now)
    except wallet.errors.HoldClosed:
        _end_without_hold(item, reason, at=at, now=now)
    return _standing(item)


def _cover(item: ViewingItem, missing: Credits) -> ViewingItem:
    """Set aside what the last intervals cost beyond the lease, as far as there are credits, and return the session."""

    def session(granted: Credits, _account: wallet.Account) -> Sequence[Write]:
        covered.held, covered.lease_left = item.held + granted, item.lease_left + granted
        actions = [ViewingItem.held.set(covered.held), ViewingItem.lease_left.set(covered.lease_left)]
        return [Update(ViewingItem, item.pk, item.sk, actions, condition=as_read(item), error=VersionConflict)]

    covered: ViewingItem = ViewingItem.load(item.dump())
    if missing > 0:
        size = wallet.HoldSize(want=missing, unit=item.cost)
        with suppress(wallet.errors.InsufficientCredits):
            wallet.extend_hold(item.user_id, item.session_id, size, held=item.held, beside=session)
    return covered


def _standing(item: ViewingItem) -> ViewingItem:
    standing = read_viewing(item.session_id)
    if standing is None:
        raise LookupError("a viewing session is never deleted")
    return standing


def _owed(item: ViewingItem, stream: Stream, reason: Reason, at: datetime) -> Credits:
    """Return what a session owes by its end: nothing for the time without its stream, whoever settles it (S-W-34)."""
    off_air = at if reason is Reason.STREAM_ENDED else stream.off_air_since
    viewing = _in_step(item, stream)
    if off_air is None:
        return rules.due_at_end(viewing, at=at)
    earlier = [tick for lease in _leases(item) for tick in ticked(item.started_at, lease.first_index, lease.evidence)]
    arrivals = [arrived for _, arrived, _ in earlier]
    return rules.due_at_end(viewing, at=at, off_air=off_air, earlier=arrivals)


def _leases(item: ViewingItem) -> list[LeaseItem]:
    """Return the leases before a session's present one: no call where there are none."""
    if item.first_index == 0:
        return []
    key = (LeaseItem.pk == item.pk) & LeaseItem.sk.startswith(LEASE_PREFIX)
    return [LeaseItem.load(dict(found)) for found in reads.query_all(LeaseItem, key)]


def _end_without_hold(item: ViewingItem, reason: Reason, *, at: datetime, now: datetime) -> None:
    """End a session whose hold was voided, or expired as nothing looked at it for all its life: nothing can be charged.

    A session that was settled or renewed in the meantime is left alone.
    """
    transact(_ending(item, reason, charged=NOTHING, returned=NOTHING, at=at, now=now))
    logger().error("viewing_without_hold", session_id=item.session_id, stream_id=item.stream_id)


def _ending(
    item: ViewingItem, reason: Reason, *, charged: Credits, returned: Credits, at: datetime, now: datetime
) -> list[Write]:
    ended = Update(
        ViewingItem,
        item.pk,
        item.sk,
        [
            ViewingItem.status.set("ENDED"),
            ViewingItem.ended_at.set(at),
            ViewingItem.ended_reason.set(reason.value),
            ViewingItem.charged.set(charged),
            ViewingItem.watching_stream.remove(),
            ViewingItem.watching_user.remove(),
            ViewingItem.due_shard.remove(),
            ViewingItem.due_at.remove(),
        ],
        condition=as_read(item),
        error=VersionConflict,
    )
    event = ViewingEnded(
        stream_id=item.stream_id,
        session_id=item.session_id,
        user_id=item.user_id,
        reason=reason.value,
        charged=charged,
        returned=returned,
    )
    return [ended, outbox(event, at=now, event_id=f"viewing-ended-{item.session_id}")]


def _settle(item: ViewingItem, stream: Stream, reason: Reason, *, used: Credits, at: datetime, now: datetime) -> None:
    wallet.settle_hold(
        item.user_id,
        item.session_id,
        held=item.held,
        used=used,
        reference=wallet.Reference("METER_EVENT", item.session_id),
        earner=item.creator_id,
        earner_permille=_share(item).permille,
        now=now,
        beside=_ending(item, reason, charged=used, returned=item.held - used, at=at, now=now),
        note={
            "streamId": item.stream_id,
            "title": stream.title,
            "intervals": used // item.cost,
            "seconds": used // item.cost * rules.INTERVAL_MS // 1000,
            "ratePerMinute": to_decimal(item.rate_per_minute),
            "reason": reason.value,
        },
    )


def _share(item: ViewingItem) -> Share:
    """Return the creator's share that a session began with; one from before it was kept has that of its time."""
    if item.share_permille is None:
        return stream_rules.share_at(settings_of(LiveSettings).creator_shares, item.started_at)
    return Share(item.share_version, item.share_permille)


def leave(stream_id: str, session_id: str, user_id: str, *, now: datetime) -> ViewingSummary:
    """End one's own session; the rest of the lease comes back at once. Leaving twice gives the same answer.

    Raises:
        NotFound: there is no such session, or it is someone else's.
    """
    return summary(settle(own_viewing(stream_id, session_id, user_id), Reason.LEFT, at=now, now=now))


def silent_since(item: ViewingItem) -> datetime:
    """Return when a session counts as abandoned if nothing more is heard."""
    return rules.silent_at(item.viewing())


def missed_ms(item: ViewingItem, stream: Stream) -> int:
    """Return how long the stream's finished pauses took of which the session's clock knows nothing yet."""
    return stream.paused_ms - (item.paused_ms or 0)


def _in_step(item: ViewingItem, stream: Stream) -> rules.Viewing:
    """Return a session as it is once it has heard how its stream stands."""
    viewing = rules.set_forward(item.viewing(), missed_ms(item, stream))
    return replace(viewing, paused_at=stream.paused_at)


def follow(item: ViewingItem, *, now: datetime) -> ViewingItem:
    """Bring an active session in step with its stream, and return it: stopped with it, going on, or over.

    The clock is set forward by what the stream's pauses took in all, so news that comes late, twice, out of order or
    never makes no difference in the end. One read; a write where something has changed.

    Raises:
        VersionConflict: the session changed since it was read; nothing was changed.
    """
    stream = lookup.stream(item.stream_id)
    if StreamStatus(stream.status) in stream_rules.OVER:
        return settle(item, Reason.STREAM_ENDED, at=stream.off_air_since or now, now=now)
    missed = timedelta(milliseconds=missed_ms(item, stream))
    if not missed and item.paused_at == stream.paused_at:
        return item
    stopped = ViewingItem.paused_at
    actions = [stopped.set(stream.paused_at) if stream.paused_at else stopped.remove()]
    if missed:
        actions += [
            ViewingItem.clock_at.set(item.clock + missed),
            ViewingItem.opens_at.set(item.opens_at + missed),
            ViewingItem.last_seen.set(item.last_seen + missed),
            ViewingItem.paused_ms.set(stream.paused_ms),
        ]
    try:
        commit(Update(ViewingItem, item.pk, item.sk, actions, condition=as_read(item)))
    except ConditionFailed:
        raise VersionConflict from None
    return _standing(item)


def summary(item: ViewingItem) -> ViewingSummary:
    """Return a session as its viewer sees it."""
    ended = item.status != "ACTIVE"
    charged = item.charged if ended else rules.used(item.viewing())
    return ViewingSummary(
        session_id=item.session_id,
        stream_id=item.stream_id,
        status="ENDED" if ended else "ACTIVE",
        reason=Reason(item.ended_reason) if item.ended_reason else None,
        started_at=item.started_at,
        ended_at=item.ended_at,
        intervals=charged // item.cost,
        charged=charged,
    )


def intervals(stream_id: str, session_id: str, user_id: str) -> list[MeterEvent]:
    """Return every interval of one's own session, oldest first: ticked, or opened and owed without a tick. One query.

    They add up to what the session came to: one given back because the stream had ended cost nothing.

    Raises:
        NotFound: there is no such session, or it is someone else's.
    """
    own_viewing(stream_id, session_id, user_id)
    found = list(reads.query_all(ViewingItem, ViewingItem.pk == viewing_pk(session_id)))
    session = next(ViewingItem.load(dict(raw)) for raw in found if raw["sk"]["S"] == VIEWING_SK)
    leases = [LeaseItem.load(dict(raw)) for raw in found if raw["sk"]["S"] != VIEWING_SK]
    ticks = [
        tick for lease in [*leases, session] for tick in ticked(session.started_at, lease.first_index, lease.evidence)
    ]
    charged = summary(session).intervals
    untold = [(index, session.ended_at or session.admitted_at, 0) for index in range(len(ticks), charged)]
    return [
        MeterEvent(
            interval_index=index,
            charged_at=at,
            playback_ms=playback,
            credits_debited=session.cost if index < charged else NOTHING,
        )
        for index, at, playback in [*ticks, *untold]
    ]
