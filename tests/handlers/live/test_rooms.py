"""Tokens for rooms, and what the consumers of events do to rooms, against a LiveKit server."""

import time

import jwt
import pytest

from shared.kernel.errors import Unavailable
from shared.live import metering, rooms
from shared.live.events import StreamEnded
from shared.live.metering.events import ViewingEnded
from tests.clock import START
from tests.handlers.live.conftest import CREATOR, KEY, OTHER, SECRET, VIEWER, http, put_stream, watch
from tests.triggers import queue_event

PATH = {"stream_id": "str_1"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def claims(answer):
    assert answer.status == 200
    return jwt.decode(answer.data["token"], SECRET, ["HS256"], issuer=KEY)


def enter(livekit, token):
    return http("POST", f"{livekit.url}/_sim/join", {"token": token})


def present(livekit, room="str_1"):
    found = http("GET", f"{livekit.url}/_sim/rooms/{room}/participants").json["participants"]
    return sorted(participant["identity"] for participant in found)


def ended(session_id, reason="left"):
    return ViewingEnded(
        stream_id="str_1", session_id=session_id, user_id=VIEWER.user_id, reason=reason, charged=0, returned=0
    )


@pytest.mark.covers("S-L-11", "S-L-32", "X-L-05", "S-L-19", "S-L-31")
@pytest.mark.parametrize("status", ["SCHEDULED", "LIVE", "PAUSED"])
def test_the_creator_may_publish(call, livekit, status):
    put_stream(status=status)
    answer = call("live.issue_token", path=PATH, body={}, caller=CREATOR)
    held = claims(answer)
    assert held.pop("exp") - held.pop("nbf") == 300
    assert held == {
        "iss": KEY,
        "sub": "usr_creator",
        "metadata": '{"role":"creator"}',
        "video": {
            "roomJoin": True,
            "room": "str_1",
            "canPublish": True,
            "canSubscribe": True,
            "canPublishData": True,
            "canPublishSources": ["camera", "microphone", "screen_share", "screen_share_audio"],
        },
    }
    assert {name: value for name, value in answer.data.items() if name != "token"} == {
        "url": livekit.url.replace("http", "ws"),
        "room": "str_1",
        "expiresAt": "2026-03-01T09:35:00.000Z",
    }


@pytest.mark.covers("S-L-12", "S-L-19", "X-L-05")
def test_a_viewer_with_a_session_may_only_watch(call, livekit, due_queues):
    put_stream()
    session_id = watch()
    answer = call("live.issue_token", path=PATH, body={"sessionId": session_id}, caller=VIEWER)
    held = claims(answer)
    assert held.pop("exp") - held.pop("nbf") == 300
    assert held == {
        "iss": KEY,
        "sub": f"usr_viewer:{session_id}",
        "metadata": '{"role":"viewer"}',
        "video": {
            "roomJoin": True,
            "room": "str_1",
            "canPublish": False,
            "canSubscribe": True,
            "canPublishData": False,
            "hidden": True,
        },
    }
    entered = enter(livekit, answer.data["token"])
    assert entered.status == 200
    assert entered.json["permission"] == {"canSubscribe": True, "hidden": True}


@pytest.mark.covers("S-L-19")
@pytest.mark.parametrize("status", ["SCHEDULED", "PAUSED", "ENDED", "REMOVED"])
def test_nobody_watches_what_is_not_live(call, livekit, status):
    put_stream()
    session_id = watch()
    put_stream(status=status)
    answer = call("live.issue_token", path=PATH, body={"sessionId": session_id}, caller=VIEWER)
    assert (answer.status, answer.code) == (409, "STREAM_PAUSED" if status == "PAUSED" else "STREAM_NOT_LIVE")


@pytest.mark.covers("S-L-19")
@pytest.mark.parametrize("status", ["ENDED", "REMOVED"])
def test_the_creator_cannot_enter_what_is_over(call, livekit, status):
    put_stream(status=status)
    answer = call("live.issue_token", path=PATH, body={}, caller=CREATOR)
    assert (answer.status, answer.code) == (409, "STREAM_NOT_LIVE")


@pytest.mark.covers_partly("S-L-75", missing="there is no chat whose rules a test could name")
def test_a_viewer_needs_an_active_session_of_their_own_on_this_stream(call, livekit):
    put_stream()
    put_stream("str_2")
    own = watch()

    def ask(caller=VIEWER, path=PATH, **body):
        answer = call("live.issue_token", path=path, body=body, caller=caller)
        return answer.status, answer.code

    assert ask() == (400, "VALIDATION_ERROR")
    assert ask(sessionId=NOBODY) == (404, "NOT_FOUND")
    assert ask(caller=OTHER, sessionId=own) == (404, "NOT_FOUND")
    assert ask(path={"stream_id": "str_2"}, sessionId=own) == (404, "NOT_FOUND")
    assert ask(path={"stream_id": "str_none"}, sessionId=own) == (404, "NOT_FOUND")
    assert ask(caller=None, sessionId=own) == (401, "UNAUTHORIZED")
    metering.leave("str_1", own, VIEWER.user_id, now=START)
    assert ask(sessionId=own) == (409, "SESSION_ENDED")


@pytest.mark.covers("S-L-13", "S-L-18")
def test_the_room_of_an_ended_stream_closes_once_and_again(call, invoke, livekit):
    put_stream()
    enter(livekit, call("live.issue_token", path=PATH, body={}, caller=CREATOR).data["token"])
    event = queue_event(StreamEnded(stream_id="str_1", creator_id="usr_creator", ended_at=START))
    for _ in range(2):
        assert invoke("live.close_room", event) == {"batchItemFailures": []}
    assert (livekit.state()["rooms"], present(livekit)) == ([], [])


@pytest.mark.covers("S-W-37")
@pytest.mark.covers_partly("X-L-04", missing="there are no bans, mutes and takedowns that would remove somebody")
@pytest.mark.parametrize("reason", ["exhausted", "abandoned", "left"])
def test_who_no_longer_pays_is_removed_and_nobody_else(call, invoke, livekit, due_queues, reason):
    put_stream()
    first, second = watch(), watch(user_id=OTHER.user_id, operation="opn_2")
    for session_id, caller in ((first, VIEWER), (second, OTHER)):
        body = {"sessionId": session_id}
        enter(livekit, call("live.issue_token", path=PATH, body=body, caller=caller).data["token"])
    enter(livekit, call("live.issue_token", path=PATH, body={}, caller=CREATOR).data["token"])
    for _ in range(2):
        assert invoke("live.remove_viewer", queue_event(ended(first, reason))) == {"batchItemFailures": []}
    assert present(livekit) == ["usr_creator", f"usr_other:{second}"]
    assert [removal["identity"] for removal in livekit.state()["removals"]] == [f"usr_viewer:{first}"]


@pytest.mark.parametrize("mode", ["server_error", "rate_limit"])
def test_when_livekit_fails_the_event_comes_again(invoke, livekit, mode):
    livekit.modes(**{mode: {"times": 1}})
    event = queue_event(ended(NOBODY), ended(NOBODY))
    assert invoke("live.remove_viewer", event) == {"batchItemFailures": [{"itemIdentifier": "msg-0"}]}


def test_livekit_that_does_not_answer_is_given_up_after_three_seconds(livekit):
    livekit.modes(slow={"times": 1, "ms": 10_000})
    began = time.monotonic()
    with pytest.raises(Unavailable):
        rooms.remove_participant("str_1", "somebody")
    assert rooms.TIMEOUT_SECONDS <= time.monotonic() - began < rooms.TIMEOUT_SECONDS + 2


def test_an_error_of_ours_is_not_hidden(livekit):
    from livekit import api

    with pytest.raises(api.TwirpError) as refused:
        rooms.create_room("")
    assert refused.value.code == "invalid_argument"


@pytest.mark.parametrize(
    ("identity", "viewer"), [("usr_1:ses_1", ("usr_1", "ses_1")), ("usr_1", None), ("usr_1:a:b", ("usr_1", "a:b"))]
)
def test_a_viewer_is_known_by_their_identity(identity, viewer):
    assert rooms.viewer_of(identity) == viewer
