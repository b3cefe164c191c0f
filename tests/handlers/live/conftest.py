"""Streams, people and a LiveKit server for the tests of ``live``."""

import pytest

from shared import wallet
from shared.kernel.due import due_shard
from shared.kernel.money import credits_of
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Put, commit
from shared.live import categories, lookup, metering, rooms, rules
from shared.live.items import STREAM_SK, Stream, stream_pk
from tests import environment
from tests.clock import START
from tests.simulators.conftest import _run
from tests.simulators.conftest import call as http
from tests.triggers import principal

CREATOR = principal("usr_creator", "live:create", "live:watch")
OTHER = principal("usr_other", "live:create", "live:watch")
VIEWER = principal("usr_viewer", "live:watch")
ADMIN = principal("usr_admin", "live:create", "live:watch", "live:end")
SEEN = credits_of(10)
"""What a minute costs at most, in the tests."""

KEY, SECRET = "devkey", "devsecret-devsecret-devsecret-123"


@pytest.fixture(scope="session")
def livekit_process():
    """A LiveKit server (the simulator) for all tests."""
    yield from _run("livekit")


@pytest.fixture
def livekit(livekit_process, monkeypatch):
    """A LiveKit server without rooms, which the code under test talks to."""
    http("POST", f"{livekit_process.url}/_sim/reset")
    monkeypatch.setenv("WELLSPRING_LIVEKIT_URL", livekit_process.url)
    environment.read_anew()
    yield livekit_process
    monkeypatch.undo()
    environment.read_anew()


@pytest.fixture(autouse=True)
def seeded(aws):
    """The first categories."""
    categories.ensure(START)


def put_stream(stream_id="str_1", status="LIVE", **changed):
    """Store a stream as it would be after the calls that lead to its status."""
    started = START if status in {"LIVE", "PAUSED", "ENDED"} else None
    fields = {
        "creator_id": CREATOR.user_id,
        "title": "Sunday strings",
        "category": "Music",
        "category_id": "music",
        "status": status,
        "premium_permille": 1000,
        "rate_per_minute": 6000,
        "viewers": 0,
        "created_at": START,
        "started_at": started,
        "ended_at": START if status == "ENDED" else None,
    }
    fields |= {"paused_at": START} if status == "PAUSED" else {}
    fields |= {"ready_at": START, "live_since": START} if status == "LIVE" else {}
    fields |= changed
    if status == "PAUSED":
        fields |= {"due_shard": due_shard("stream", stream_pk(stream_id)), "due_at": fields["paused_at"] + rules.LOOK}
    listing = rules.listing(
        rules.StreamStatus(status), started_at=fields["started_at"], ended_at=fields["ended_at"], stream_id=stream_id
    )
    fields |= {"listing": listing, "listed": "STREAM" if listing else None}
    if started:
        fields["popularity"] = rules.popularity(fields["viewers"], started_at=fields["started_at"], stream_id=stream_id)
    fields["on_air"] = "STREAM" if status == "LIVE" else None
    stream = Stream(pk=stream_pk(stream_id), sk=STREAM_SK, **fields)
    commit(Put(stream))
    return stream


def watch(stream_id="str_1", user_id=VIEWER.user_id, *, now=START, operation="opn_1"):
    """Let a user with credits begin to watch a live stream, and return the viewing session's id."""
    reference = wallet.Reference("PAYMENT", f"pay-{user_id}")
    wallet.deposit(user_id, credits_of(100), reference=reference, now=now)
    return metering.join(stream_id, user_id, operation=operation, seen=SEEN, now=now).session_id


@pytest.fixture
def configured(monkeypatch):
    """Set a setting for a test."""

    def configure(name, value):
        monkeypatch.setenv(f"WELLSPRING_{name.upper()}", str(value))
        environment.read_anew()

    yield configure
    monkeypatch.undo()
    environment.read_anew()


class Camera:
    """The creator's camera in a room of the LiveKit server."""

    def __init__(self, livekit):
        self.livekit = livekit

    def _post(self, path, **body):
        answer = http("POST", f"{self.livekit.url}/_sim/{path}", body)
        assert answer.status in {200, 204}, answer
        return answer

    def enter(self, stream_id="str_1", user_id=CREATOR.user_id):
        self._post("join", token=rooms.publisher_token(stream_id, user_id))

    def on(self, stream_id="str_1", user_id=CREATOR.user_id, source="camera"):
        """Enter the room and publish; return the track."""
        self.enter(stream_id, user_id)
        return self._post("publish", room=stream_id, identity=user_id, source=source).json["sid"]

    def off(self, track, stream_id="str_1"):
        self._post("unpublish", room=stream_id, identity=CREATOR.user_id, track=track)

    def mute(self, track, muted=True, stream_id="str_1"):
        self._post("mute", room=stream_id, identity=CREATOR.user_id, track=track, muted=muted)

    def gone(self, stream_id="str_1"):
        self._post("leave", room=stream_id, identity=CREATOR.user_id)


@pytest.fixture
def camera(livekit):
    """The creator's camera."""
    return Camera(livekit)


def image(item):
    """Return an item as it stands in the table's stream."""
    return dynamodb().get_item(TableName=item.table(), Key=item.key(item.pk, item.sk))["Item"]


def stored(stream_id="str_1"):
    """Return a stream as it is stored."""
    return lookup.stream(stream_id)
