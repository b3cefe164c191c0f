"""A channel's numbers under publishers that race, fail and die: no number twice, none without its message."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from shared.kernel.errors import Unavailable
from shared.kernel.realtime import USER, ChannelKind, LiveMessage, publish
from shared.kernel.realtime.items import ChannelLog
from shared.kernel.realtime.publishing import log_key
from shared.kernel.realtime.replay import missed_after
from shared.kernel.storage import reads
from tests import faults

PUBLISHERS, EACH = 8, 25


class Noted(LiveMessage):
    """A kept message."""

    type: ClassVar[str] = "note.added"
    channel: ClassVar[ChannelKind] = USER
    publisher: int
    number: int


def _log():
    return reads.get(ChannelLog, *log_key("user:usr_a"))


def _frames(log):
    return [json.loads(text) | {"sequence": log.first + place} for place, text in enumerate(log.frames)]


def test_eight_publishers_share_no_number_and_leave_none_out(stage, clock):
    seen: dict[int, dict] = {}

    def work(publisher):
        for number in range(EACH):
            publish(Noted(publisher=publisher, number=number), "usr_a", now=clock.now())
            seen.update({frame["sequence"]: frame["data"] for frame in _frames(_log())})

    with ThreadPoolExecutor(PUBLISHERS) as pool:
        list(pool.map(work, range(PUBLISHERS)))
    total = PUBLISHERS * EACH
    assert sorted(seen) == list(range(1, total + 1)) == list(range(1, _log().sequence() + 1))
    assert len({(data["publisher"], data["number"]) for data in seen.values()}) == total


@pytest.mark.parametrize("kind", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
def test_a_publisher_that_dies_leaves_no_hole(stage, clock, kind):
    publish(Noted(publisher=0, number=1), "usr_a", now=clock.now())
    with faults.injected(faults.script(kind)) as met:
        with pytest.raises(faults.Crash):
            publish(Noted(publisher=0, number=2), "usr_a", now=clock.now())
        met.revive()
        publish(Noted(publisher=0, number=3), "usr_a", now=clock.now())
    assert met.seen[kind] == 1
    log = _log()
    missed = missed_after(0, log.first, log.frames, now=clock.now())
    numbers = [1, 2, 3] if kind == faults.CRASH_AFTER else [1, 3]
    assert [json.loads(frame)["data"]["number"] for frame in missed.frames] == numbers
    assert [json.loads(frame)["sequence"] for frame in missed.frames] == list(range(1, len(numbers) + 1))


def test_lost_replies_repeat_a_message_but_never_a_number(stage, clock):
    with faults.injected(faults.at_random(7, 0.3, (faults.SILENT_BEFORE, faults.SILENT_AFTER, faults.BUSY))) as met:
        done = 0
        for number in range(80):
            try:
                publish(Noted(publisher=0, number=number), "usr_a", now=clock.now())
            except Unavailable:
                continue
            done += 1
    assert all(met.seen[kind] for kind in (faults.SILENT_BEFORE, faults.SILENT_AFTER, faults.BUSY))
    log = _log()
    assert log.sequence() >= done
    assert log.first > 1
    assert _frames(log)[-1]["sequence"] == log.sequence()
