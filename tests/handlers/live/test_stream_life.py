"""Whatever is asked of a stream in whatever order, it stays what its life cycle allows."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.kernel.errors import NotFound
from shared.kernel.storage.client import dynamodb
from shared.live import discovery, lookup, picture, rooms, rules, streams
from shared.live.errors import StatusNotPossible, StreamOver
from shared.live.rules import StreamStatus
from shared.live.schemas import StreamChange
from tests.clock import START
from tests.handlers.live.conftest import ADMIN, CREATOR, OTHER, put_stream

TABLE = "test-wellspring-live"
WANTED = st.sampled_from([StreamStatus.LIVE, StreamStatus.PAUSED, StreamStatus.ENDED])
NUMBERS = iter(range(1_000_000))
PICTURES: dict[str, bool] = {}


class StreamLife(RuleBasedStateMachine):
    """A stream beside a model of it: its status, its times and what was announced."""

    @initialize()
    def planned(self):
        self.stream_id = f"str_{next(NUMBERS)}"
        self.now = START
        self.status, self.started, self.ended = StreamStatus.SCHEDULED, None, None
        self.ready = self.moving = False
        self.announced = []
        put_stream(self.stream_id, "SCHEDULED")

    def teardown(self):
        for row in dynamodb().scan(TableName=TABLE)["Items"]:
            if row["sk"]["S"] in {"OUTBOX", "STREAM"}:
                dynamodb().delete_item(TableName=TABLE, Key={"pk": row["pk"], "sk": row["sk"]})

    def _becomes(self, wanted):
        """What the model says of a wish a second later: the error it meets, or ``None``."""
        self.now += timedelta(seconds=1)
        if self.status in rules.OVER:
            return StreamOver
        if wanted is self.status:
            self.ready = wanted is StreamStatus.LIVE
            return None
        if wanted is StreamStatus.PAUSED and self.status is StreamStatus.SCHEDULED:
            return StatusNotPossible
        self.ready = wanted is StreamStatus.LIVE
        if wanted is StreamStatus.LIVE and not self.moving:
            return None
        self.status = wanted
        self.announced.append({"LIVE": "StreamStarted", "PAUSED": "StreamPaused", "ENDED": "StreamEnded"}[wanted])
        if wanted is StreamStatus.LIVE:
            self.started = self.started or self.now
        if wanted is StreamStatus.ENDED:
            self.ended = self.now
        return None

    def _try(self, error, act):
        if error is None:
            return act()
        with pytest.raises(error):
            act()
        return None

    @rule(wanted=WANTED, title=st.sampled_from([None, "Monday"]))
    def change(self, wanted, title):
        wish = StreamChange.model_validate({"status": wanted} | ({"title": title} if title else {}))
        self._try(self._becomes(wanted), lambda: picture.change(self.stream_id, CREATOR.user_id, wish, now=self.now))

    @rule(moving=st.booleans(), told=st.integers(0, 2))
    def picture_comes_or_goes(self, moving, told):
        """The room changes, and LiveKit tells of it never, once or twice."""
        PICTURES[self.stream_id] = self.moving = moving
        for _ in range(told):
            self.now += timedelta(seconds=1)
            picture.follow(self.stream_id, since=self.now, now=self.now)
        if told:
            self._followed(self.now - timedelta(seconds=told - 1))

    def _followed(self, at):
        wanted = rules.by_picture(self.status, ready=self.ready, moving=self.moving)
        if wanted:
            self.status = wanted
            self.started = self.started or at
            self.announced.append({"LIVE": "StreamStarted", "PAUSED": "StreamPaused"}[wanted])

    @rule()
    def start(self):
        self._try(
            self._becomes(StreamStatus.LIVE), lambda: picture.start(self.stream_id, CREATOR.user_id, now=self.now)
        )

    @rule(caller=st.sampled_from([CREATOR, ADMIN]))
    def end(self, caller):
        if self.status not in rules.OVER:
            self._becomes(StreamStatus.ENDED)
        streams.end(self.stream_id, caller, now=self.now)

    @rule(wanted=WANTED)
    def somebody_else(self, wanted):
        with pytest.raises(NotFound):
            streams.change(self.stream_id, OTHER.user_id, StreamChange(status=wanted), now=self.now)
        with pytest.raises(NotFound):
            streams.end(self.stream_id, OTHER, now=self.now)

    @invariant()
    def the_record_is_what_the_model_says(self):
        stream = lookup.stream(self.stream_id)
        assert (stream.status, stream.started_at, stream.ended_at) == (self.status, self.started, self.ended)

    @rule()
    def it_is_listed_where_it_belongs_and_nowhere_else(self):
        on_air = [self.stream_id] if self.status is StreamStatus.LIVE else []
        paused = [self.stream_id] if self.status is StreamStatus.PAUSED else []
        over = [self.stream_id] if self.status in rules.OVER and self.started else []
        for sort in ("newest", "viewers"):
            found = {
                shown: [
                    stream.id for stream in discovery.page(shown, None, sort, limit=50, cursor=None, now=self.now).items
                ]
                for shown in ("live", "ended", "all")
            }
            assert found == {"live": on_air, "ended": over, "all": on_air + paused + over}

    @rule()
    def each_change_of_status_was_announced_once(self):
        rows = [row for row in dynamodb().scan(TableName=TABLE)["Items"] if row["sk"]["S"] == "OUTBOX"]
        ours = [row for row in rows if json.loads(row["data"]["S"])["stream_id"] == self.stream_id]
        assert sorted(row["type"]["S"] for row in ours) == sorted(self.announced)


@pytest.mark.covers("S-L-01", "S-L-17", "S-L-18")
def test_a_stream_keeps_to_its_life_cycle(monkeypatch):
    monkeypatch.setattr(rooms, "moving", lambda room, _: PICTURES.get(room, False))
    StreamLife.TestCase.settings = settings(
        max_examples=12,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    StreamLife.TestCase().runTest()
