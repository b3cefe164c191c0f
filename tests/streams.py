"""Lambda's side of a table's stream and of a consumer's queue: what fails comes again, and in the end lies apart."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from infra.triggers import STREAM_RETRIES
from shared.kernel.events import DomainEvent
from tests import faults
from tests.calls import invoke
from tests.triggers import queue_event, stream_event

Image = dict[str, Any]

BATCH, RECEIVES = 10, 5
"""Messages of one batch, and how often each is received before it is given up."""


class Stream:
    """Brings new items of a table to a function: a batch that fails comes again in halves, one alone a few times more.

    Attributes:
        dead: the items that failed to the end.
        restart: starts a process where one died.
    """

    def __init__(self, function: str, domain: str, restart: Callable[[], None] = lambda: None) -> None:
        self.dead: list[Image] = []
        self.restart = restart
        self._function, self._domain = function, domain

    def deliver(self, images: Sequence[Image], *, left: int = STREAM_RETRIES) -> None:
        """Deliver a batch."""
        try:
            invoke(self._function, stream_event(self._domain, *((None, image) for image in images)))
        except (LookupError, TypeError, ValueError, faults.Crash):
            self.restart()
            half = len(images) // 2
            if half:
                self.deliver(images[:half])
                self.deliver(images[half:])
            elif left:
                self.deliver(images, left=left - 1)
            else:
                self.dead += images


class Queue:
    """Brings events to a consumer, in batches; only what the function says that it failed comes again.

    Attributes:
        dead: the events that were received too often.
        restart: starts a process where one died.
    """

    def __init__(self, function: str, restart: Callable[[], None] = lambda: None) -> None:
        self.dead: list[DomainEvent] = []
        self.restart = restart
        self._function = function

    def deliver(self, events: Sequence[DomainEvent]) -> None:
        """Deliver events until none is left."""
        waiting, received = list(enumerate(events)), Counter[int]()
        while waiting:
            batch, waiting = waiting[:BATCH], waiting[BATCH:]
            received.update(number for number, _ in batch)
            again = [batch[at] for at in self._failed([event for _, event in batch])]
            self.dead += [event for number, event in again if received[number] >= RECEIVES]
            waiting += [(number, event) for number, event in again if received[number] < RECEIVES]

    def _failed(self, batch: list[DomainEvent]) -> list[int]:
        """Run the function on a batch and return the places of what failed: all of it where the process died."""
        try:
            answer = invoke(self._function, queue_event(*batch))
        except faults.Crash:
            self.restart()
            return list(range(len(batch)))
        return [int(one["itemIdentifier"].removeprefix("msg-")) for one in answer["batchItemFailures"]]


def state(rows: Iterable[Image]) -> bytes:
    """Return rows as bytes to compare; how often each was written does not count."""
    told = [{name: value for name, value in row.items() if name != "version"} for row in rows]
    return json.dumps(sorted(told, key=lambda row: (row["pk"]["S"], row["sk"]["S"])), sort_keys=True).encode()
