"""Providers that carry nothing: they keep what they took, can be asked, and fail as they are told."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

import pytest

from shared.kernel.categories import Channel
from shared.messaging.outgoing import OutcomeUnknown, Outgoing, Refused, Taken
from shared.messaging.sending import dispatch
from tests.faults import Crash

AGAIN, FINAL, OPTED_OUT, LANDLINE = "again", "final", "opted-out", "landline"
SILENT_BEFORE, SILENT_AFTER = "silent-before", "silent-after"
CRASH_BEFORE, CRASH_AFTER = "crash-before", "crash-after"

FAILURES = (AGAIN, FINAL, SILENT_BEFORE, SILENT_AFTER, CRASH_BEFORE, CRASH_AFTER)

Plan = Callable[[Outgoing], str | None]
"""Which failure, if any, meets an attempt."""


def script(*kinds: str | None) -> Plan:
    """Return a plan that plays these failures in order, one per attempt, and none after."""
    left = list(kinds)
    return lambda _: left.pop(0) if left else None


class Carrier:
    """A provider of every channel.

    Attributes:
        taken: what it took, in order: what people really get.
        seen: how often each failure happened.
        met: which message met which failure.
        plan: which failure meets an attempt.
        asked: how often it was asked what it has.
        mute: it does not answer when asked.
    """

    def __init__(self, plan: Plan = lambda _: None) -> None:
        self.taken: list[Outgoing] = []
        self.seen: Counter[str] = Counter()
        self.met: set[tuple[str, str]] = set()
        self.plan = plan
        self.asked = 0
        self.mute = False
        self._lock = Lock()

    def send(self, outgoing: Outgoing) -> Taken:
        """Take an attempt, or fail."""
        kind = self.plan(outgoing)
        with self._lock:
            if kind:
                self.seen[kind] += 1
                self.met.add((outgoing.message_id, kind))
            if kind in {None, SILENT_AFTER, CRASH_AFTER}:
                self.taken.append(outgoing)
        match kind:
            case None:
                return self._receipt(outgoing)
            case "again":
                raise Refused("20429", again=True)
            case "final" | "landline":
                raise Refused("30003" if kind == FINAL else "21614")
            case "opted-out":
                raise Refused("21610", suppress="CARRIER")
            case "silent-before" | "silent-after":
                raise OutcomeUnknown
            case _:
                raise Crash(kind)

    def find(self, outgoing: Outgoing) -> Taken | None:
        """Tell what was taken, as Twilio does: known by number, words and time."""
        with self._lock:
            self.asked += 1
            if self.mute:
                raise OutcomeUnknown
            wanted = (outgoing.channel, outgoing.to, outgoing.words.text)
            found = [
                one
                for one in self.taken
                if (one.channel, one.to, one.words.text) == wanted and one.claimed_at >= outgoing.claimed_at
            ]
        return self._receipt(found[0]) if found else None

    @staticmethod
    def _receipt(outgoing: Outgoing) -> Taken:
        arrived = outgoing.channel is Channel.IN_APP
        return Taken(f"SM-{outgoing.message_id}-{outgoing.attempt}", arrived=arrived)


@contextmanager
def carried(carrier: Carrier) -> Iterator[Carrier]:
    """Let a carrier stand in for every adapter; as with SES, nobody tells what became of mails."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dispatch, "adapter", lambda _: carrier)
        patch.setattr(dispatch, "askable", lambda channel: None if channel is Channel.EMAIL else carrier)
        yield carrier
