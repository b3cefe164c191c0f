"""Every order in which the storage calls of several handlers can meet: each is a thread that waits for its turn."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.door import Call, Request, calls_made, guarded

OPERATIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "TransactWriteItems")
PATIENCE = 20
"""Seconds that a turn may take."""


@dataclass
class Meeting:
    """One run of the handlers in one order.

    Attributes:
        turns: who went to storage, turn by turn, and who could have gone instead.
        committed: the handlers in the order of the transactions that they committed.
        refused: what a handler ended with, other than well.
    """

    order: Sequence[int]
    turns: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    committed: list[int] = field(default_factory=list)
    refused: dict[int, BaseException] = field(default_factory=dict)


class _Turns:
    """Lets one thread at a time go to storage, in a given order; who is done passes their turns on.

    After the order whoever had the last turn goes on while they can.
    """

    def __init__(self, meeting: Meeting, threads: int) -> None:
        self._order = list(meeting.order)
        self._taken = meeting.turns
        self._left = set(range(threads))
        self._changed = threading.Condition()
        self._busy: int | None = None

    def _next(self) -> int | None:
        while self._order and self._order[0] not in self._left:
            self._order.pop(0)
        if self._order:
            return self._order[0]
        last = self._taken[-1][0] if self._taken else None
        return last if last in self._left else min(self._left, default=None)

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
            self._taken.append((who, frozenset(self._left)))
            self._busy = who

    def leave(self, who: int) -> None:
        """Take part no more."""
        with self._changed:
            self._left.discard(who)
            if self._busy == who:
                self._busy = None
            self._changed.notify_all()


def calls_of(handler: Callable[[], Any]) -> int:
    """Return how many calls of storage a handler makes when it is alone."""
    with calls_made() as made:
        handler()
    return len(made)


def _meet(handlers: Sequence[Callable[[], Any]], order: Sequence[int]) -> Meeting:
    """Run handlers at once, their storage calls in a given order; after it whoever went last goes on."""
    meeting = Meeting(order)
    turns = _Turns(meeting, len(handlers))
    names: dict[int, int] = {}

    def in_turn(operation: str, request: Request, call: Call) -> Request:
        who = names.get(threading.get_ident())
        if who is None:
            return call(operation, request)
        turns.take(who)
        reply = call(operation, request)
        if operation == "TransactWriteItems":
            meeting.committed.append(who)
        return reply

    def work(who: int) -> None:
        names[threading.get_ident()] = who
        try:
            handlers[who]()
        except Exception as refused:  # noqa: BLE001 - the judge wants to know
            meeting.refused[who] = refused
        finally:
            turns.leave(who)

    with guarded(in_turn):
        _run([threading.Thread(target=work, args=(who,)) for who in range(len(handlers))])
    return meeting


def explore(
    prepare: Callable[[], Sequence[Callable[[], Any]]], *, most: int, preemptions: int | None = None, seed: int = 0
) -> Iterator[Meeting]:
    """Let handlers meet in every order that their storage calls can have, whatever calls an order leads to.

    Each order is replayed from a state prepared anew, and every turn at which another could have gone leads to one
    more order, none to the same twice.

    Args:
        prepare: makes the state and returns the handlers.
        most: orders that are tried, drawn at random where there are more.
        preemptions: orders in which somebody who could go on has to wait more often than this are left out.
        seed: of the draw.
    """
    draw, untried, met = random.Random(seed), [()], 0
    while untried and met < most:
        order: tuple[int, ...] = untried.pop(draw.randrange(len(untried)))
        meeting = _meet(prepare(), order)
        met += 1
        untried += _branches(meeting, preemptions)
        yield meeting


def _branches(meeting: Meeting, preemptions: int | None) -> Iterator[tuple[int, ...]]:
    """Yield every order that leaves a meeting's own after the part that was given."""
    went = [who for who, _ in meeting.turns]
    if went[: len(meeting.order)] != list(meeting.order):
        raise LookupError("the same order led elsewhere")
    waits = 0
    for place, (who, could) in enumerate(meeting.turns):
        last = went[place - 1] if place else None
        if place >= len(meeting.order):
            for other in sorted(could - {who}):
                interrupted = last in could and other != last
                if preemptions is None or waits + interrupted <= preemptions:
                    yield (*went[:place], other)
        waits += last in could and who != last


def _run(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
