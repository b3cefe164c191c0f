"""Evenings before a stream, as those live them who sit there: the picture goes, a second tab, a top-up, a rehearsal."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from infra.local.client import Answer, Client, run_schedule
from infra.local.studio import Studio
from shared.live.metering.rules import EARLY_MS
from tests.stack.conftest import Stack, give
from tests.stack.test_payments import becomes, begin, press
from tests.stack.test_rooms import eventually

INTERVAL_SECONDS = 10


class Evening:
    """A viewer before a live stream, whose player ticks when it is told to."""

    def __init__(self, stack: Stack, viewer: Client, stream_id: str) -> None:
        self.studio, self.viewer, self.stream_id = Studio(stack), viewer, stream_id
        self.path, self.index = f"/v1/streams/{stream_id}", 0
        self.socket = viewer.connect()
        viewer.hear(self.socket, f"stream:{stream_id}")
        viewer.hear(self.socket, f"user:{viewer.user_id}")

    def join(self) -> str:
        """Begin to watch and enter the room; return the viewing session."""
        joined = self.viewer.call("POST", f"{self.path}/session", {"ratePerMinute": "6"})
        assert joined.status == 201, joined.body
        self.session_id: str = joined.data["sessionId"]
        token = self.viewer.call("POST", f"{self.path}/token", {"sessionId": self.session_id}).data["token"]
        self.studio.enter(token)
        self.index, self.began = 0, time.monotonic()
        return self.session_id

    def tick(self) -> Answer:
        """Tick once it is time; a tick that was taken is followed by the next."""
        body = {
            "streamId": self.stream_id,
            "sessionId": self.session_id,
            "intervalIndex": self.index,
            "playbackMs": INTERVAL_SECONDS * 1000,
        }
        answer = self.viewer.call("POST", "/v1/meter", body, api="meterApi")
        if answer.status == 200:
            self.index += 1
        return answer

    def tick_when_allowed(self) -> Answer:
        """Tick, and again when the answer says that it is time."""
        answer = self.tick()
        if answer.code == "TICK_TOO_EARLY":
            time.sleep(answer.body["data"]["nextAllowedMs"] / 1000 + 0.2)
            answer = self.tick()
        return answer

    def balance(self) -> dict[str, Any]:
        """Read what is left."""
        told: dict[str, Any] = self.viewer.call("GET", "/v1/wallet/balance").data
        return told

    def leave(self) -> str:
        """Stop watching and return what it came to."""
        charged: str = self.viewer.call("DELETE", f"{self.path}/session/{self.session_id}").data["charged"]
        return charged


@pytest.fixture
def evening(stack: Stack, admin: Client, viewer: Client, live_stream: str) -> Iterator[Evening]:
    """A viewer with 40 credits before a live stream of 6 a minute, who goes home in the end."""
    give(admin, viewer, "40")
    evening = Evening(stack, viewer, live_stream)
    yield evening
    evening.leave()
    evening.socket.close()


def _listed(stack: Stack) -> Callable[[str], bool]:
    def listed(stream_id: str) -> bool:
        answer = Client(stack).call("GET", "/v1/streams/list", status="live", category="education", limit=50)
        return stream_id in [stream["id"] for stream in answer.data]

    return listed


def _last_line(viewer: Client) -> str:
    line: str = viewer.call("GET", "/v1/wallet/ledger", limit=1).data[0]["description"]
    return line


@pytest.mark.covers("X-L-02", "X-L-06")
def test_the_creator_closes_the_lid_and_nobody_pays_for_a_black_screen(
    stack: Stack, creator: Client, evening: Evening
) -> None:
    title = creator.call("GET", evening.path).data["title"]
    evening.join()
    assert evening.tick().data["remainingCredits"] == "39"

    evening.studio.leave(evening.stream_id, creator.user_id)
    paused = evening.socket.wait_for("stream.paused", streamId=evening.stream_id)
    assert paused["data"]["endsAt"] > paused["data"]["pausedAt"]
    eventually(lambda: evening.tick().code, "STREAM_PAUSED")
    assert not _listed(stack)(evening.stream_id)
    late = evening.viewer.call("POST", f"{evening.path}/session", {"ratePerMinute": "6"})
    assert (late.status, late.code) == (409, "STREAM_PAUSED")
    time.sleep(2 * INTERVAL_SECONDS)
    assert evening.tick().code == "STREAM_PAUSED"
    assert evening.balance()["balance"] == "39"

    evening.studio.film(creator, evening.stream_id)
    evening.socket.wait_for("stream.started", streamId=evening.stream_id)
    assert _listed(stack)(evening.stream_id)
    assert evening.tick_when_allowed().data["remainingCredits"] == "38"
    # A tick may come a little early; whoever leaves before its interval begins gets it back.
    time.sleep(EARLY_MS / 1000)
    assert evening.leave() == "2"
    assert _last_line(evening.viewer) == f"Watched '{title}' 20 s at 6/min"


@pytest.mark.covers("X-L-06")
def test_who_goes_to_bed_during_the_pause_pays_until_it_began(creator: Client, evening: Evening) -> None:
    evening.join()
    evening.tick()
    evening.studio.leave(evening.stream_id, creator.user_id)
    evening.socket.wait_for("stream.paused", streamId=evening.stream_id)
    time.sleep(INTERVAL_SECONDS + 5)
    assert evening.leave() == "1"
    assert evening.balance()["available"] == "39"


@pytest.mark.covers("D-53")
def test_a_second_tab_takes_over_and_the_first_is_told(creator: Client, evening: Evening) -> None:
    first = evening.join()
    second = evening.join()
    evening.socket.wait_for("session.replaced", sessionId=first)
    assert evening.tick().status == 200
    assert [one["userId"] for one in creator.call("GET", f"{evening.path}/viewers").data] == [evening.viewer.user_id]
    identity = f"{evening.viewer.user_id}:{second}"
    eventually(lambda: evening.studio.present(evening.stream_id), sorted([creator.user_id, identity]))


@pytest.mark.covers("S-W-25", "S-W-19")
def test_a_top_up_is_known_everywhere_before_the_next_tick(admin: Client, evening: Evening) -> None:
    evening.join()
    assert evening.tick().data["remainingCredits"] == "39"
    give(admin, evening.viewer, "100")
    evening.socket.wait_for("balance.changed", balance="139", watching="1")
    assert evening.balance()["balance"] == "139"
    time.sleep(INTERVAL_SECONDS)
    assert evening.tick().data["remainingCredits"] == evening.balance()["balance"] == "138"
    assert evening.leave() == "2"


@pytest.mark.covers("X-L-02", "S-L-31")
def test_a_rehearsal_is_seen_by_nobody(stack: Stack, creator: Client) -> None:
    body = {"title": "Rehearsal", "category": "Education"}
    stream_id: str = creator.call("POST", "/v1/streams", body).data["id"]
    Studio(stack).film(creator, stream_id)
    time.sleep(3)
    assert creator.call("GET", f"/v1/streams/{stream_id}").data["status"] == "SCHEDULED"
    assert not _listed(stack)(stream_id)
    assert creator.call("POST", f"/v1/streams/{stream_id}/start").data["status"] == "LIVE"
    assert _listed(stack)(stream_id)
    assert creator.call("POST", f"/v1/streams/{stream_id}/end").status == 200


@pytest.mark.covers("X-L-02")
def test_who_starts_before_the_camera_is_on_is_live_with_the_first_picture(stack: Stack, creator: Client) -> None:
    body = {"title": "Camera still off", "category": "Education"}
    stream_id: str = creator.call("POST", "/v1/streams", body).data["id"]
    started = creator.call("POST", f"/v1/streams/{stream_id}/start").data
    assert (started["status"], started["waitingForPicture"]) == ("SCHEDULED", True)
    Studio(stack).film(creator, stream_id)
    eventually(lambda: creator.call("GET", f"/v1/streams/{stream_id}").data["status"], "LIVE")
    assert creator.call("POST", f"/v1/streams/{stream_id}/end").status == 200


@pytest.mark.covers("S-W-31", "S-W-20", "S-W-22")
def test_an_evening_that_begins_with_an_empty_purse(viewer: Client, creator: Client, live_stream: str) -> None:
    path = f"/v1/streams/{live_stream}"
    title = creator.call("GET", path).data["title"]
    joining = {"ratePerMinute": "6"}
    short = viewer.call("POST", f"{path}/session", joining)
    assert (short.status, short.code, short.data["available"]) == (402, "INSUFFICIENT_CREDITS", "0")
    assert short.data["missing"] == short.data["required"] != "0"
    pack = short.data["nearestPack"]
    press(begin(viewer, pack["priceId"]), "card")
    becomes(viewer, "SUCCEEDED")
    assert viewer.call("GET", "/v1/wallet/balance").data["balance"] == pack["credits"]

    joined = viewer.call("POST", f"{path}/session", joining).data
    assert (joined["meteringRate"], joined["seenRate"]) == ("6", "6")
    token = viewer.call("POST", f"{path}/token", {"sessionId": joined["sessionId"]}).data["token"]
    assert token
    assert viewer.call("DELETE", f"{path}/session/{joined['sessionId']}").data["charged"] == "1"
    watched, *bought = viewer.call("GET", "/v1/wallet/ledger", limit=4).data
    assert watched["description"] == f"Watched '{title}' 10 s at 6/min"
    assert [line["paid"] for line in bought if line["paid"]] == [
        {"amount": pack["amount"], "currency": pack["currency"]}
    ]
    assert f"Watched '{title}' 10 s at 6/min" in viewer.call("GET", "/v1/wallet/ledger/export").body["text"]


@pytest.mark.covers("S-W-39")
def test_a_price_that_was_raised_while_somebody_read_the_page(
    creator: Client, admin: Client, viewer: Client, live_stream: str
) -> None:
    give(admin, viewer, "40")
    path = f"/v1/streams/{live_stream}"
    seen = viewer.call("GET", path).data["ratePerMinute"]
    assert creator.call("PATCH", path, {"premiumMultiplier": "2"}).status == 200
    refused = viewer.call("POST", f"{path}/session", {"ratePerMinute": seen})
    assert (refused.status, refused.code) == (409, "RATE_CHANGED")
    assert refused.data == {"ratePerMinute": "12", "seenRate": seen}
    assert viewer.call("GET", "/v1/wallet/balance").data["available"] == "40"


@pytest.mark.covers("X-L-03", "X-L-06")
def test_a_creator_whose_last_word_was_lost_does_not_stay_on_air(
    stack: Stack, creator: Client, evening: Evening
) -> None:
    evening.join()
    assert evening.tick().status == 200
    lost = {"webhook_withhold": {"times": None}}
    livekit = f"{stack['simulators']['livekit']}/_sim/modes"
    requests.post(livekit, json=lost, timeout=10).raise_for_status()
    try:
        evening.studio.leave(evening.stream_id, creator.user_id)
        run_schedule(stack, "live-reconcile-rooms")
        evening.socket.wait_for("stream.paused", streamId=evening.stream_id)
    finally:
        requests.post(livekit, json={"webhook_withhold": {"times": 0}}, timeout=10).raise_for_status()
    eventually(lambda: evening.tick().code, "STREAM_PAUSED")
    assert not _listed(stack)(evening.stream_id)
    assert evening.leave() == "1"
