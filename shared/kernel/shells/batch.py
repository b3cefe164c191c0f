"""Shells of queues and table streams: each record on its own, only the failed ones come again.

A record that keeps failing ends in the dead-letter queue of its queue or stream.
"""

import json
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from shared.kernel.declare import Function, OnDue, OnEvent
from shared.kernel.shells.inject import injected
from shared.kernel.telemetry import metrics


@dataclass(frozen=True, slots=True)
class DueItem:
    """Which item has come due; the worker reads it and claims it with a condition."""

    pk: str
    sk: str


@dataclass(frozen=True, slots=True)
class StreamRecord:
    """One change of one item: DynamoDB attributes before and after, ``None`` where there was none.

    Attributes:
        domain: whose table.
        old: attributes before.
        new: attributes after.
    """

    domain: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class QueueShell:
    """Delivers domain events or due items to their worker."""

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)
        trigger = function.declaration.trigger
        self._events = {event.__name__: event for event in trigger.events} if isinstance(trigger, OnEvent) else {}
        self._due = isinstance(trigger, OnDue)
        self._processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def __call__(self, event: dict[str, Any], context: Any) -> Any:
        """Handle a batch and report the messages that failed."""
        try:
            return process_partial_response(event, self._one, self._processor, context)
        finally:
            metrics().flush_metrics()

    def _one(self, record: Any) -> None:
        body = json.loads(record.body)
        if self._due:
            self._handler(DueItem(body["pk"], body["sk"]))
        else:
            self._handler(self._events[body["detail-type"]].model_validate(body["detail"]["data"]))


class StreamShell:
    """Delivers changes of tables. A handler that takes a list gets the whole batch, and it succeeds or fails as one."""

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)
        self._processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)

    def __call__(self, event: dict[str, Any], context: Any) -> Any:
        """Handle a batch; a failure sends the records from the first failed one on again."""
        try:
            return process_partial_response(event, self._one, self._processor, context)
        finally:
            metrics().flush_metrics()

    def _one(self, record: Any) -> None:
        raw = record.raw_event
        table = raw["eventSourceARN"].split(":table/")[1].split("/")[0]
        image = raw["dynamodb"]
        self._handler(StreamRecord(table.rsplit("-", 1)[-1], image.get("OldImage"), image.get("NewImage")))
