"""Every order in which the storage calls of several handlers can meet: each is a thread that waits for its turn."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.kernel.storage.client import dynamodb

OPERATIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems")
PATIENCE = 20
"""Seconds that a turn may take."""


@dataclass
class Meeting:
    """One run of the handlers in one order.

    Attributes:
        committed: the handlers in the order of the transactions that they committed.
        refused: what a handler ended with, other than well.
    """

    order: Sequence[int]
    committed: list[int] = field(default_factory=list)
    refused: dict[int, BaseException] = field(default_factory=dict)


class _Turns:
    """Lets one thread at a time go to storage, in a given order; who is done passes their turns on."""

    def __init__(self, order: Sequence[int], threads: int) -> None:
        self._order = list(order)
        self._left = set(range(threads))
        self._changed = threading.Condition()
        self._busy: int | None = None

    def _next(self) -> int | None:
        while self._order and self._order[0] not in self._left:
            self._order.pop(0)
        return self._order[0] if self._order else min(self._left, default=None)

    def take(self, who: int) -> None:
        """Wait for one's turn; whoever had the last one gives it up by asking for the next."""
        with self._changed:
            if self._busy == who:
                self._busy = None
                self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._busy is None and self._next() == who, PATIENCE):
                raise TimeoutError("a turn never came")
            if self._order:
                self._order.pop(0)
            self._busy = who

    def leave(self, who: int) -> None:
        """Take part no more."""
        with self._changed:
            self._left.discard(who)
            if self._busy == who:
                self._busy = None
            self._changed.notify_all()


def orders(calls: Sequence[int], *, most: int, seed: int) -> Iterator[tuple[int, ...]]:
    """Yield every order of so many calls of each handler; where there are more than ``most``, that many at random."""
    everything = [who for who, count in enumerate(calls) for _ in range(count)]
    found: set[tuple[int, ...]] = set()
    if _ways(calls) <= most:
        yield from sorted(_all(list(calls)))
        return
    draw = random.Random(seed)
    while len(found) < most:
        draw.shuffle(everything)
        found.add(tuple(everything))
    yield from sorted(found)


def _ways(calls: Sequence[int]) -> int:
    total, ways = 0, 1
    for count in calls:
        for number in range(1, count + 1):
            total += 1
            ways = ways * total // number
    return ways


def _all(left: list[int]) -> Iterator[tuple[int, ...]]:
    if not any(left):
        yield ()
        return
    for who, count in enumerate(left):
        if count:
            rest = [*left[:who], count - 1, *left[who + 1 :]]
            for tail in _all(rest):
                yield (who, *tail)


def calls_of(handler: Callable[[], Any]) -> int:
    """Return how many calls of storage a handler makes when it is alone."""
    made: list[str] = []
    hooks = dynamodb().meta.events
    count = lambda event_name, **_: made.append(event_name)  # noqa: E731 - a hook, to be taken off again
    hooks.register_first("before-send.dynamodb", count)
    try:
        handler()
    finally:
        hooks.unregister("before-send.dynamodb", count)
    return len(made)


def meet(handlers: Sequence[Callable[[], Any]], order: Sequence[int]) -> Meeting:
    """Run handlers at once, their storage calls in a given order; what one needs beyond its share comes last."""
    meeting, turns = Meeting(order), _Turns(order, len(handlers))
    names: dict[int, int] = {}

    def before(**_: Any) -> None:
        who = names.get(threading.get_ident())
        if who is not None:
            turns.take(who)

    def after(http_response: Any, **_: Any) -> None:
        who = names.get(threading.get_ident())
        if who is not None and http_response.status_code == 200:
            meeting.committed.append(who)

    def work(who: int) -> None:
        names[threading.get_ident()] = who
        try:
            handlers[who]()
        except Exception as refused:  # noqa: BLE001 - the judge wants to know
            meeting.refused[who] = refused
        finally:
            turns.leave(who)

    hooks = dynamodb().meta.events
    hooks.register_first("before-send.dynamodb", before)
    hooks.register("after-call.dynamodb.TransactWriteItems", after)
    try:
        _run([threading.Thread(target=work, args=(who,)) for who in range(len(handlers))])
    finally:
        hooks.unregister("before-send.dynamodb", before)
        hooks.unregister("after-call.dynamodb.TransactWriteItems", after)
    return meeting


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
