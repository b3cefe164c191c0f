"""Delivery: what providers say of attempts, and what follows for their messages (X-A-26, S-A-35).

States come in any order, twice, or before the answer to the send itself; each counts only where it is news.
"""

from datetime import datetime

from pynamodb.expressions.update import Action

from shared.kernel.events import outbox
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import known_first, retry_on_conflict
from shared.kernel.storage.writes import Write, transact
from shared.messaging.events import MessageQueued
from shared.messaging.message_items import MAY_LEAVE, Attempt, Message
from shared.messaging.sending import progress
from shared.messaging.sending.progress import RANKS

_TAKEN = frozenset({"QUEUED", "SENT"})
_ARRIVED = frozenset({"DELIVERED", "READ"})
_FAILED = frozenset({"UNDELIVERED", "FAILED"})


def apply(
    message_id: str,
    attempt: int,
    state: str,
    *,
    code: str | None = None,
    provider_id: str | None = None,
    answered_by: str | None = None,
    known: tuple[Message, Attempt] | None = None,
    now: datetime,
) -> bool:
    """Apply a provider's state to an attempt, and to its message what follows from it.

    Taken: the message is SENT. Arrived: DELIVERED, whatever came between. Failed: the next channel is tried at once.

    Args:
        message_id: the message.
        attempt: the attempt's number.
        state: QUEUED, SENT, DELIVERED, READ, UNDELIVERED or FAILED, or UNKNOWN where the provider did not answer.
        code: the provider's error code.
        provider_id: the provider's id of the attempt.
        answered_by: who answered a call, e.g. ``machine_end_beep``.
        known: both as whoever asks has just written them, which saves reading them; what has moved on is read.
        now: when.

    Returns:
        Whether it was news; what is unknown, or no further than what is known, changes nothing.

    Raises:
        Unavailable: others kept changing the message.
    """

    def read() -> tuple[Message | None, Attempt | None]:
        message, item = reads.get_many(progress.keys(message_id, attempt))
        return message, item

    standing = known_first(known, read)

    def note() -> bool:
        message, item = standing()
        if message is None or item is None or RANKS.get(state, -1) <= RANKS[item.state]:
            return False
        noted = progress.attempt(item, state, *_details(item, state, code, provider_id, answered_by, now))
        transact([noted, *_followed(message, item, state, code or state, now)])
        return True

    return retry_on_conflict(note)


def _details(
    item: Attempt, state: str, code: str | None, provider_id: str | None, answered_by: str | None, now: datetime
) -> list[Action]:
    details: list[Action] = []
    if code:
        details.append(Attempt.code.set(code))
    if provider_id:
        details.append(Attempt.provider_id.set(provider_id))
    if answered_by:
        details.append(Attempt.answered_by.set(answered_by))
    if state in _TAKEN | _ARRIVED and item.sent_at is None:
        details.append(Attempt.sent_at.set(now))
    if state in _ARRIVED and item.delivered_at is None:
        details.append(Attempt.delivered_at.set(now))
    return details


def _followed(message: Message, item: Attempt, state: str, reason: str, now: datetime) -> list[Write]:
    present = message.attempt == item.attempt
    if state in _ARRIVED:
        return [] if message.status == "DELIVERED" else progress.arrived(message, item, now)
    if state in _TAKEN and present and message.status in MAY_LEAVE:
        return progress.taken(message, item, now)
    if state not in _FAILED:
        return []
    failed = progress.channel_failed(message, item, reason, now)
    if not present or message.status not in {"SENDING", "SENT"}:
        return [failed]
    again = outbox(
        MessageQueued(message_id=message.message_id), at=now, event_id=f"{message.message_id}-{item.attempt}"
    )
    return [progress.next_channel(message, reason, now), failed, again]
