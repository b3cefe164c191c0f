"""Shells of queues and table streams. What keeps failing ends in the dead-letter queue of its queue or stream."""

import inspect
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_origin

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from shared.kernel.clock import from_ms
from shared.kernel.declare import Function, OnDue, OnEvent
from shared.kernel.shells.inject import injected
from shared.kernel.telemetry import begin, flush, logger


@dataclass(frozen=True, slots=True)
class DueItem:
    """Which item has come due; the worker reads it and claims it with a condition.

    Attributes:
        pk: the item's key.
        sk: the item's key.
        until: how far the sweep looked ahead; later ones belong to the next.
    """

    pk: str
    sk: str
    until: datetime


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
    """Delivers domain events or due items to their worker; of a batch, only the messages that failed come again."""

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
            flush()

    def _one(self, record: Any) -> None:
        begin(record.message_id)
        try:
            self._work(json.loads(record.body))
        except Exception:
            # The processor only notes that the message comes again; why, whoever finds it among the dead must know.
            logger().exception("message_failed", message_id=record.message_id)
            raise

    def _work(self, body: dict[str, Any]) -> None:
        cause = (body if self._due else body["detail"]).get("requestId")
        if cause:
            begin(cause)
        if self._due:
            self._handler(DueItem(body["pk"], body["sk"], from_ms(body["until"])))
        else:
            self._handler(self._events[body["detail-type"]].model_validate(body["detail"]["data"]))


class StreamShell:
    """Delivers changes of tables, in order. A handler whose first parameter is a list gets the whole batch at once.

    The first failure is raised: the batch comes again, halved as often as it takes to set the failing record apart.
    What succeeded before it is repeated, so a handler makes no difference between the first time and the second.
    """

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)
        first = next(iter(inspect.signature(function.handler, eval_str=True).parameters.values()))
        self._whole = get_origin(first.annotation) is list

    def __call__(self, event: dict[str, Any], context: Any) -> None:
        """Handle a batch."""
        begin(context.aws_request_id)
        records = [_change(record) for record in event["Records"]]
        try:
            for share in [records] if self._whole else records:
                self._handler(share)
        finally:
            flush()


def _change(record: dict[str, Any]) -> StreamRecord:
    table = record["eventSourceARN"].split(":table/")[1].split("/")[0]
    image = record["dynamodb"]
    return StreamRecord(table.rsplit("-", 1)[-1], image.get("OldImage"), image.get("NewImage"))
