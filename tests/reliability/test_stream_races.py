"""Creators and administrators at one stream at once: one wins each step, and each step is told once."""

import json
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from shared.kernel.clock import from_ms
from shared.kernel.errors import Conflict
from shared.kernel.names import table_name
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Put, commit
from shared.live import lookup, picture, rooms, streams
from shared.live.items import STREAM_SK, Stream, stream_pk
from shared.live.rules import MOVES, StreamStatus
from shared.live.schemas import StreamChange
from tests.clock import START
from tests.figures import tell
from tests.triggers import principal

STREAMS, WISHES, COPIES = 25, 8, 8
ADMIN = principal("usr_admin", "live:create", "live:end")
TOLD = {"StreamStarted": StreamStatus.LIVE, "StreamPaused": StreamStatus.PAUSED, "StreamEnded": StreamStatus.ENDED}


def _plan(number: int) -> None:
    item = Stream(
        pk=stream_pk(f"str_{number}"),
        sk=STREAM_SK,
        creator_id="usr_creator",
        title="Race",
        category="Music",
        category_id="music",
        status="SCHEDULED",
        premium_permille=1000,
        rate_per_minute=6000,
        viewers=0,
        created_at=START,
    )
    commit(Put(item))


def _wish(job: tuple[int, int, str]) -> str:
    number, at, wanted = job
    stream_id, now = f"str_{number}", START + timedelta(milliseconds=at)
    try:
        if wanted == "ADMIN":
            streams.end(stream_id, ADMIN, now=now)
        else:
            picture.change(stream_id, "usr_creator", StreamChange(status=StreamStatus(wanted)), now=now)
    except Conflict as refused:
        return refused.code
    return "done"


@pytest.mark.covers("S-L-17", "S-L-18")
def test_every_step_of_a_stream_is_allowed_and_told_once_whoever_races(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "moving", lambda *_: True)
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    draw = random.Random(seed)
    for number in range(STREAMS):
        _plan(number)
    wishes = ["LIVE", "LIVE", "PAUSED", "PAUSED", "LIVE", "ENDED", "ADMIN", "ADMIN"]
    jobs = [
        (number, at, wanted)
        for number in range(STREAMS)
        for at, wanted in enumerate(draw.sample(wishes, WISHES), start=1)
    ]
    with ThreadPoolExecutor(COPIES) as copies:
        answers = Counter(copies.map(_wish, jobs))
    tell(dict(answers))
    assert answers["STREAM_CHANGED"] > 0, "nobody met anybody"
    rows = dynamodb().scan(TableName=table_name(stage, "live"))["Items"]
    events = [row for row in rows if row["sk"]["S"] == "OUTBOX"]
    for number in range(STREAMS):
        stream = lookup.stream(f"str_{number}")
        told = [row for row in events if json.loads(row["data"]["S"])["stream_id"] == stream.stream_id]
        _check(stream, Counter(row["type"]["S"] for row in told))
        if stream.ended_at:
            (end,) = [row for row in told if row["type"]["S"] == "StreamEnded"]
            assert from_ms(int(end["occurred_at"]["N"])) == stream.ended_at


def _check(stream: Stream, told: Counter[str]) -> None:
    """Hold a stream to what was told of it: it can be walked from planned to where it stands."""
    assert stream.status == StreamStatus.ENDED, "an administrator asked for its end"
    assert told["StreamEnded"] == 1
    assert told["StreamPaused"] <= told["StreamStarted"] <= told["StreamPaused"] + 1
    assert set(told) <= set(TOLD)
    assert StreamStatus.LIVE not in MOVES[StreamStatus.ENDED]
    assert (stream.listing or "LIVE").startswith("ENDED" if stream.started_at else "LIVE")
