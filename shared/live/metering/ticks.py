"""Charging a tick: one conditional update in the common case, a judgement of what stands in the way in every other.

The common case reads nothing: price, lease and clock are conditions on the session itself, and it answers with what
it updated. The list index of the evidence is far past its end, where DynamoDB appends: the answer then carries that
one element and not the whole list.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from shared import wallet
from shared.kernel.clock import from_ms, to_ms
from shared.kernel.errors import DomainError, NotFound, Unavailable
from shared.kernel.ids import new_id
from shared.kernel.money import Credits
from shared.kernel.storage import reads
from shared.kernel.storage.client import CONDITION_FAILED, Refused, send
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.tries import pause
from shared.kernel.storage.writes import ConditionFailed, Update, commit
from shared.live.metering import rules, sessions
from shared.live.metering.errors import (
    AlreadyProcessed,
    CreditsExhausted,
    SessionEnded,
    TickTooEarly,
    TickTooLate,
    ViewingPaused,
)
from shared.live.metering.items import VIEWING_SK, LeaseItem, ViewingItem, lease_sk, pack, ticked, viewing_pk
from shared.live.metering.rules import Reason, Tick, Verdict
from shared.live.metering.schemas import MeterResult, MeterTick

ATTEMPTS = 6
"""Tries against a session that other deliveries change at the same time."""

_CHARGE = (
    "SET last_index = :index, last_seen = :now, nonce = :nonce, opens_at = opens_at + :interval,"
    " lease_left = lease_left - cost, #left = #left - cost, evidence[9999] = :evidence"
)
_IN_TURN = (
    "#status = :active AND user_id = :user AND stream_id = :stream AND last_index = :last"
    " AND lease_left >= cost AND last_seen >= :heard AND opens_at BETWEEN :opened AND :now"
    " AND attribute_not_exists(paused_at)"
)
_NAMES = {"#status": "status", "#left": "left"}
_LONGEST_WAIT = rules.EARLY_MS + rules.BEHIND_INTERVALS * rules.INTERVAL_MS


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def charge(user_id: str, body: MeterTick, *, now: datetime) -> MeterResult:
    """Charge one interval of a viewing session, once for ever.

    One call, no read, one write unit when the tick is in turn; a renewed lease, a skipped interval or a refusal
    takes what it needs.

    Raises:
        NotFound: there is no such session of this viewer on this stream.
        AlreadyProcessed: the interval was charged before; carries the original result.
        TickTooEarly: the interval has not begun.
        TickTooLate: the index fell behind the clock.
        ViewingPaused: the stream has no picture; nothing is charged.
        SessionEnded: the session is over, or the viewer was silent for too long and it is now.
        CreditsExhausted: nothing is left to pay with; the session is settled.
        Unavailable: no answer in time; send the same tick again.
    """
    tick = Tick(body.interval_index, rules.clamp_playback(body.playback_ms), now)
    nonce = new_id("n")[-10:]
    renews = tick.index > 0 and tick.index % rules.LEASE_INTERVALS == 0
    # Mostly this one finds its lease used up: a read is cheaper than a write that is refused.
    updated = _read(body.session_id) if renews else _charge_in_turn(user_id, body, tick, nonce)
    if isinstance(updated, ViewingItem):
        return _judged(updated, user_id, body, tick, nonce)
    opens_at = int(updated["opens_at"]["N"])
    return _result(Credits(updated["left"]["N"]), max(0, opens_at - to_ms(now)), now)


def _charge_in_turn(user_id: str, body: MeterTick, tick: Tick, nonce: str) -> dict[str, Any] | ViewingItem:
    """Try the common case; return what was updated, or the session as it stands when a condition did not hold."""
    at = to_ms(tick.at)
    try:
        reply = send(
            "update_item",
            TableName=ViewingItem.table(),
            Key=ViewingItem.key(viewing_pk(body.session_id), VIEWING_SK),
            UpdateExpression=_CHARGE,
            ConditionExpression=_IN_TURN,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues={
                ":index": _number(tick.index),
                ":last": _number(tick.index - 1),
                ":now": _number(at),
                ":heard": _number(at - rules.SILENCE_MS),
                ":opened": _number(at - _LONGEST_WAIT),
                ":interval": _number(rules.INTERVAL_MS),
                ":nonce": {"S": nonce},
                ":evidence": _number(pack(tick.at, tick.playback_ms)),
                ":active": {"S": "ACTIVE"},
                ":user": {"S": user_id},
                ":stream": {"S": body.stream_id},
            },
            ReturnValues="UPDATED_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except Refused as refused:
        if refused.code != CONDITION_FAILED:
            raise
        if not refused.item:
            raise NotFound from None
        found: ViewingItem = ViewingItem.load(refused.item)
        return found
    updated: dict[str, Any] = reply["Attributes"]
    return updated


def _judged(item: ViewingItem, user_id: str, body: MeterTick, tick: Tick, nonce: str) -> MeterResult:
    """Act on what stood in the way; judge again when the session changed while doing so."""
    for attempt in range(ATTEMPTS):
        if (item.user_id, item.stream_id) != (user_id, body.stream_id):
            raise NotFound
        if item.nonce == nonce:
            return _result(item.left, rules.next_allowed_ms(item.clock, tick.index, tick.at), tick.at)
        try:
            item = _by_its_clock(item, tick)
            _ACTIONS[rules.judge(item.viewing(), tick)](item, tick, nonce)
        except (ConditionFailed, wallet.errors.HoldClosed, VersionConflict):
            pause(attempt)
        item = _read(body.session_id)
    raise Unavailable


def _by_its_clock(item: ViewingItem, tick: Tick) -> ViewingItem:
    """Return a session in step with its stream, where it would be refused for a pause or for its clock."""
    if rules.judge(item.viewing(), tick) in {Verdict.PAUSED, Verdict.SILENT, Verdict.LATE}:
        return sessions.follow(item, now=tick.at)
    return item


def _read(session_id: str) -> ViewingItem:
    item = sessions.read_viewing(session_id)
    if item is None:
        raise NotFound
    return item


def _evidence(item: ViewingItem, tick: Tick) -> list[int]:
    """Return the evidence of a tick and of the intervals skipped before it, for which no playback was reported."""
    skipped = tick.index - item.last_index - 1
    return [pack(tick.at, 0)] * skipped + [pack(tick.at, tick.playback_ms)]


def _charge_owed(item: ViewingItem, tick: Tick, nonce: str) -> None:
    owed = rules.owed(item.viewing(), tick)
    actions = [
        ViewingItem.last_index.set(tick.index),
        ViewingItem.last_seen.set(tick.at),
        ViewingItem.nonce.set(nonce),
        ViewingItem.opens_at.set(from_ms(rules.opens_at(item.clock, tick.index + 1))),
        ViewingItem.lease_left.set(item.lease_left - owed),
        ViewingItem.left.set(item.left - owed),
        ViewingItem.evidence.set(ViewingItem.evidence.append(_evidence(item, tick))),
    ]
    commit(Update(ViewingItem, item.pk, item.sk, actions, condition=sessions.as_read(item)))


def _renew(item: ViewingItem, tick: Tick, nonce: str) -> None:
    try:
        sessions.renew(item, tick, nonce, _evidence(item, tick))
    except wallet.errors.InsufficientCredits:
        settled = sessions.settle_as_read(item, Reason.EXHAUSTED, at=tick.at, now=tick.at)
        raise CreditsExhausted(data=_refused(settled, tick, 0, CreditsExhausted)) from None


def _replay(item: ViewingItem, tick: Tick, nonce: str) -> None:  # noqa: ARG001 - one signature for every verdict
    raise AlreadyProcessed(data=_original(item, tick.index), meta={"replayed": True})


def _original(item: ViewingItem, index: int) -> MeterResult:
    """Return what the tick of an interval was answered when it was charged."""
    lease = item if index >= item.first_index else _lease_of(item, index)
    arrived = ticked(item.started_at, lease.first_index, lease.evidence)[index - lease.first_index][1]
    left_then, last = lease.left, lease.last_index
    if lease.left_until is not None and index <= lease.left_until:
        left_then, last = lease.left_before, lease.left_until
    left = left_then + (last - index) * item.cost
    return _result(left, rules.next_allowed_ms(item.clock, index, arrived), arrived)


def _lease_of(item: ViewingItem, index: int) -> LeaseItem:
    key = (LeaseItem.pk == item.pk) & LeaseItem.sk.between(lease_sk(0), lease_sk(index))
    found = reads.query(LeaseItem, key, limit=1, descending=True).load(LeaseItem)
    if not found:
        raise LookupError("the evidence of a charged interval is never deleted")
    return found[0]


def _early(item: ViewingItem, tick: Tick, nonce: str) -> None:  # noqa: ARG001 - one signature for every verdict
    wait = max(0, rules.opens_at(item.clock, tick.index) - to_ms(tick.at))
    raise TickTooEarly(data=_refused(item, tick, wait, TickTooEarly))


def _late(item: ViewingItem, tick: Tick, nonce: str) -> None:  # noqa: ARG001 - one signature for every verdict
    due = rules.expected_index(item.viewing(), tick.at)
    raise TickTooLate(
        details=[("intervalIndex", f"Go on with {due}")],
        data=_refused(item, tick, 0, TickTooLate),
        meta={"nextIndex": due},
    )


def _paused(item: ViewingItem, tick: Tick, nonce: str) -> None:  # noqa: ARG001 - one signature for every verdict
    raise ViewingPaused(data=_refused(item, tick, rules.INTERVAL_MS, ViewingPaused))


def _silent(item: ViewingItem, tick: Tick, nonce: str) -> None:  # noqa: ARG001 - one signature for every verdict
    settled = sessions.settle_as_read(item, Reason.ABANDONED, at=sessions.silent_since(item), now=tick.at)
    raise SessionEnded(data=_refused(settled, tick, 0, SessionEnded))


def _ended(item: ViewingItem, tick: Tick, nonce: str) -> None:  # noqa: ARG001 - one signature for every verdict
    refusal = CreditsExhausted if item.ended_reason == Reason.EXHAUSTED else SessionEnded
    raise refusal(data=_refused(item, tick, 0, refusal))


_ACTIONS: dict[Verdict, Callable[[ViewingItem, Tick, str], None]] = {
    Verdict.CHARGE: _charge_owed,
    Verdict.RENEW: _renew,
    Verdict.REPLAY: _replay,
    Verdict.EARLY: _early,
    Verdict.LATE: _late,
    Verdict.PAUSED: _paused,
    Verdict.SILENT: _silent,
    Verdict.ENDED: _ended,
}


def _result(left: Credits, next_allowed_ms: int, at: datetime) -> MeterResult:
    return MeterResult(success=True, remaining_credits=left, next_allowed_ms=next_allowed_ms, as_of=at)


def _refused(item: ViewingItem, tick: Tick, next_allowed_ms: int, error: type[DomainError]) -> MeterResult:
    """Return the result that goes with a refusal; it always tells the balance (D-07)."""
    left = item.left if item.status == "ACTIVE" else wallet.read_account(item.user_id).available
    return MeterResult(
        success=False,
        remaining_credits=left,
        next_allowed_ms=next_allowed_ms,
        as_of=tick.at,
        message=error.message,
    )
