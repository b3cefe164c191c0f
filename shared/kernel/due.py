"""Deadlines: items that carry ``due_at`` in a sharded index, swept every minute onto the queue of their kind.

An item is in the index only while something is due on it, so a sweep reads what is due in its minute and what was
missed before, and nothing else: the cost does not grow with the number of items stored. A worker claims each item
with a condition before it acts, because a message may come twice, late or for something that has changed.
"""

import json
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from pynamodb.attributes import UnicodeAttribute

from shared.kernel import correlation
from shared.kernel.access import Access, table_access
from shared.kernel.clock import to_ms
from shared.kernel.config import settings
from shared.kernel.names import due_queue, queue_name
from shared.kernel.storage import reads
from shared.kernel.storage.client import aws_client
from shared.kernel.storage.items import InstantAttribute, Item
from shared.kernel.storage.table import DUE

SHARDS = 8
LOOK_AHEAD = timedelta(seconds=75)
"""How far a sweep looks ahead: a minute and the slack of the schedule."""

MAX_DELAY_SECONDS = 900
SEND_BATCH = 10
"""Messages in one call, and the longest delay: SQS's limits."""


class DueIndexed(Item):
    """An item with a deadline. Remove both attributes when nothing is due on it any more.

    | index | key | access |
    |---|---|---|
    | due | ``due_shard`` ``<kind>#<shard>``, ``due_at`` | what is due before an instant |
    """

    domain = ""

    due_shard = UnicodeAttribute(null=True)
    due_at = InstantAttribute(null=True)


def due_shard(kind: str, pk: str) -> str:
    """Return the index partition of an item."""
    return f"{kind}#{zlib.crc32(pk.encode()) % SHARDS}"


def sweep_access(domain: str) -> Access:
    """Return the profile that lets a sweep read a domain's deadlines."""
    return table_access(f"{domain}.sweep", domain, "Query", indexes=(DUE.name,))


DELIVER = Access("due.deliver", "due-queues", ("sqs:SendMessage", "sqs:GetQueueUrl"))


def due_before(model: type[DueIndexed], kind: str, horizon: datetime) -> Iterator[tuple[str, str, datetime]]:
    """Yield the keys and deadlines of what is due before an instant, oldest first within a shard.

    Each minute begins with another shard: what a sweep did not get to before it died, a later one begins with.
    """
    first = to_ms(horizon) // 60_000
    for shard in ((first + number) % SHARDS for number in range(SHARDS)):
        key = (model.due_shard == f"{kind}#{shard}") & (model.due_at <= horizon)
        for found in reads.query_all(model, key, index=DUE.name):
            item = model.load(dict(found))
            yield item.pk, item.sk, item.due_at


@cache
def _queue(kind: str) -> tuple[Any, str]:
    client = aws_client("sqs")
    return client, client.get_queue_url(QueueName=queue_name(settings().stage, due_queue(kind)))["QueueUrl"]


def sweep(model: type[DueIndexed], kind: str, *, now: datetime) -> int:
    """Put everything that is due within the look-ahead onto its queue, each with the delay that is left.

    Returns:
        How many messages were sent.

    Raises:
        RuntimeError: the queue refused messages; the next sweep finds their items again.
    """
    client, url = _queue(kind)
    until = now + LOOK_AHEAD
    due, sent = due_before(model, kind, until), 0
    while group := tuple(islice(due, SEND_BATCH)):
        entries = [
            _entry(number, pk, sk, due_at, now=now, until=until) for number, (pk, sk, due_at) in enumerate(group)
        ]
        reply = client.send_message_batch(QueueUrl=url, Entries=entries)
        if reply.get("Failed"):
            raise RuntimeError(f"{len(reply['Failed'])} due {kind} messages were refused")
        sent += len(entries)
    return sent


def _entry(number: int, pk: str, sk: str, due_at: datetime, *, now: datetime, until: datetime) -> dict[str, Any]:
    delay = max(0, -(-(to_ms(due_at) - to_ms(now)) // 1000))
    return {
        "Id": str(number),
        "MessageBody": json.dumps({"pk": pk, "sk": sk, "until": to_ms(until), "requestId": correlation.current()}),
        "DelaySeconds": min(delay, MAX_DELAY_SECONDS),
    }


def deliver_later(kind: str, pk: str, sk: str, *, due_at: datetime, now: datetime, until: datetime) -> None:
    """Put one item onto its queue for a moment nearer than the next sweep.

    Args:
        kind: of deadline.
        pk: the item's key.
        sk: the item's key.
        due_at: when to deliver it.
        now: the present.
        until: what the message carries on: how far the sweep it stems from looked ahead. A worker that delivers again
            beyond it would start one more row of messages with every sweep.
    """
    client, url = _queue(kind)
    entry = _entry(0, pk, sk, due_at, now=now, until=until)
    client.send_message(QueueUrl=url, MessageBody=entry["MessageBody"], DelaySeconds=entry["DelaySeconds"])
