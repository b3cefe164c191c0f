"""``Idempotency-Key``: the same key gives the first answer again, whatever happened in between (X-P-01).

A claim is one conditional write; the answer is kept for 30 days. While the first request runs a second is told so;
a claim whose function died is taken over once its lock has run out, and the operation, whose ids derive from the key,
finds what the first try made.
"""

import hashlib
import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from shared.kernel.errors import IdempotencyKeyReused, RequestInProgress, ValidationFailed
from shared.kernel.platform import IdempotencyRecord
from shared.kernel.storage.conflicts import AlreadyExists
from shared.kernel.storage.writes import Delete, Put, Update, commit

KEPT = timedelta(days=30)
MAX_KEY = 255


def check_key(key: str) -> None:
    """Hold a key to its form.

    Raises:
        ValidationFailed: it is empty or longer than 255 characters.
    """
    if not 0 < len(key) <= MAX_KEY:
        raise ValidationFailed(details=[("Idempotency-Key", f"1 to {MAX_KEY} characters")])


def _record_pk(operation: str) -> str:
    return f"IDEMPOTENCY#{operation}"


def begin(operation: str, body: str, *, now: datetime, lock_seconds: int) -> dict[str, Any] | None:
    """Claim an operation.

    Returns:
        The kept answer (a Lambda proxy response), or ``None`` when the claim is ours and the operation is to run.

    Raises:
        IdempotencyKeyReused: the key came with another body.
        RequestInProgress: the first request is still running.
    """
    body_hash = hashlib.sha256(body.encode()).hexdigest()
    record = IdempotencyRecord(
        pk=_record_pk(operation),
        sk="IDEMPOTENCY",
        claim=str(uuid.uuid4()),
        body_hash=body_hash,
        locked_until=now + timedelta(seconds=lock_seconds),
        expires_at=now + KEPT,
    )
    free = (
        IdempotencyRecord.pk.does_not_exist()
        | (IdempotencyRecord.expires_at < now)
        | (
            IdempotencyRecord.answer.does_not_exist()
            & (IdempotencyRecord.locked_until < now)
            & (IdempotencyRecord.body_hash == body_hash)
        )
    )
    try:
        commit(Put(record, condition=free, error=AlreadyExists.as_it_stands))
    except AlreadyExists as known:
        # Where the answer to our first try was lost, the SDK's second try meets our own claim.
        found = IdempotencyRecord.load(known.item)
        return None if found.claim == record.claim else _answer(found, body_hash)
    return None


def _answer(record: IdempotencyRecord, body_hash: str) -> dict[str, Any]:
    if record.body_hash != body_hash:
        raise IdempotencyKeyReused
    if record.answer is None:
        raise RequestInProgress(headers={"Retry-After": "1"})
    answer: dict[str, Any] = json.loads(record.answer)
    return answer


def complete(operation: str, answer: dict[str, Any]) -> None:
    """Keep the answer for every later request with the key."""
    text = json.dumps(answer, separators=(",", ":"))
    commit(Update(IdempotencyRecord, _record_pk(operation), "IDEMPOTENCY", [IdempotencyRecord.answer.set(text)]))


def release(operation: str) -> None:
    """Give a claim back after an answer that should not be kept (our fault, or too many requests)."""
    commit(Delete(IdempotencyRecord, _record_pk(operation), "IDEMPOTENCY"))
