"""LiveKit's events: only true ones change anything, each once (X-L-01, X-L-02)."""

import base64
import hashlib
import hmac
import json
import time

import jwt
import pytest

from shared.kernel.storage.client import dynamodb
from shared.live import metering, provider_events, rooms
from shared.live.events import LivekitEventReceived
from tests.clock import START
from tests.handlers.live.conftest import KEY, SECRET, VIEWER, http, put_stream, watch
from tests.triggers import queue_event, webhook_event

EVENT = {
    "event": "participant_left",
    "id": "EV_1",
    "createdAt": "1772357400",
    "room": {"name": "str_1", "sid": "RM_1"},
    "participant": {"identity": "usr_viewer:5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d", "sid": "PA_1"},
}
BODY = json.dumps(EVENT).encode()
OTHER_BODY = json.dumps(EVENT | {"id": "EV_2"}).encode()


def digest(body):
    return base64.b64encode(hashlib.sha256(body).digest()).decode()


def signed(body=BODY, secret=SECRET, algorithm="HS256", headers=None, **changed):
    now = int(time.time())
    claims = {"iss": KEY, "nbf": now, "exp": now + 300, "sha256": digest(body)} | changed
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, secret, algorithm, headers=headers)


def hmac_of(content, key):
    return base64.urlsafe_b64encode(hmac.digest(key, content.encode(), "sha256")).decode().rstrip("=")


def unsigned(body=BODY):
    return jwt.encode({"iss": KEY, "exp": int(time.time()) + 300, "sha256": digest(body)}, None, "none")


def deliver(invoke, token, body=BODY, **how):
    return invoke("live.receive_livekit_event", webhook_event(body, {"Authorization": token}, **how))


def kept():
    rows = dynamodb().scan(TableName="test-wellspring-live")["Items"]
    return sorted(row["pk"]["S"].partition("#")[0] for row in rows if row["sk"]["S"] in {"INBOX", "OUTBOX"})


OK = {"statusCode": 200, "body": ""}
REFUSED = {"statusCode": 400, "body": ""}


@pytest.mark.covers("X-L-01")
@pytest.mark.parametrize("encoded", [False, True])
def test_a_true_event_is_kept_with_what_announces_it_and_a_second_delivery_changes_nothing(invoke, encoded):
    for _ in range(3):
        assert deliver(invoke, signed(), encoded=encoded) == OK
    assert kept() == ["INBOX", "OUTBOX"]


def forgeries():
    ours = signed()
    head, claims, signature = ours.split(".")
    now = int(time.time())
    return {
        "no token": "",
        "no jwt": "hello",
        "two parts": f"{head}.{claims}",
        "bytes": "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
        "bearer": f"Bearer {ours}",
        "other secret": signed(secret="another-secret-another-secret-1234"),
        "empty secret": f"{head}.{claims}.{hmac_of(f'{head}.{claims}', b'')}",
        "other algorithm": signed(algorithm="HS512"),
        "no algorithm": unsigned(),
        "signature cut": f"{head}.{claims}.",
        "signature changed": f"{head}.{claims}.{signature[::-1]}",
        "claims changed": f"{head}.{signed(OTHER_BODY).split('.')[1]}.{signature}",
        "other issuer": signed(iss="APIother"),
        "no issuer": signed(iss=None),
        "expired": signed(exp=now - 61, nbf=now - 400),
        "never expires": signed(exp=None),
        "not yet": signed(nbf=now + 120),
        "for another body": signed(OTHER_BODY),
        "no digest": signed(sha256=None),
        "empty digest": signed(sha256=""),
        "hexadecimal digest": signed(sha256=hashlib.sha256(BODY).hexdigest()),
        "digest not ascii": signed(sha256="ä" * 44),
        "digest of nothing": signed(sha256=digest(b"")),
        "digest with a blank": signed(sha256=digest(BODY) + " "),
        "a token to join": rooms_token(),
    }


def rooms_token():
    claims = {"iss": KEY, "sub": "usr_1", "exp": int(time.time()) + 300, "video": {"roomJoin": True, "room": "str_1"}}
    return jwt.encode(claims, SECRET, "HS256")


@pytest.mark.covers("X-L-01")
@pytest.mark.parametrize("name", forgeries())
def test_a_forged_delivery_is_refused_and_leaves_nothing(invoke, name):
    assert deliver(invoke, forgeries()[name]) == REFUSED
    assert kept() == []


def test_a_body_changed_on_the_way_is_refused(invoke):
    for changed in (BODY + b" ", BODY.replace(b"EV_1", b"EV_2"), b"", b"\xff\xfe"):
        assert deliver(invoke, signed(), changed, encoded=True) == REFUSED
    assert kept() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b'{"event":7}',
        b'{"event":"participant_left"}',
        b'{"id":"' + b"x" * 129 + b'"}',
    ],
)
def test_a_signed_body_that_is_no_event_is_refused_and_never_a_failure_of_ours(invoke, body):
    assert deliver(invoke, signed(body), body, encoded=True) == REFUSED
    assert kept() == []


def test_only_posts_are_deliveries(invoke):
    answer = deliver(invoke, signed(), method="GET")
    assert answer == {"statusCode": 405, "headers": {"Allow": "POST"}, "body": ""}


@pytest.mark.parametrize("kind", ["room_metadata_changed", "something_new"])
def test_events_that_change_nothing_here_are_answered_and_not_kept(invoke, kind):
    body = json.dumps(EVENT | {"event": kind, "aNewField": 1}).encode()
    assert deliver(invoke, signed(body), body) == OK
    assert kept() == []


@pytest.fixture
def later(monkeypatch):
    """The viewing sessions that are to be looked at because their viewer was said to have left."""
    seen = []
    monkeypatch.setattr(metering, "viewer_left", lambda session_id, *, at, now: seen.append((session_id, at, now)))
    return seen


def work(invoke, **changed):
    """Let an event come and be worked twice."""
    body = json.dumps(EVENT | changed).encode()
    assert deliver(invoke, signed(body), body) == OK
    for _ in range(2):
        event = queue_event(LivekitEventReceived(event_id=(EVENT | changed)["id"]))
        assert invoke("live.process_livekit_event", event) == {"batchItemFailures": []}


def participant(identity, **more):
    return {"participant": {"identity": identity} | more}


@pytest.mark.covers("X-L-02")
@pytest.mark.parametrize("kind", ["participant_left", "participant_connection_aborted"])
def test_the_session_of_a_viewer_who_left_is_settled(invoke, livekit, later, kind):
    work(invoke, event=kind)
    assert later == [("5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d", START, START)] * 2


@pytest.mark.parametrize(
    "changed",
    [
        participant("usr_creator"),
        {"event": "room_finished", "participant": {}},
    ],
    ids=["the creator", "the room closed"],
)
def test_who_or_what_else_left_is_no_viewer_gone(invoke, livekit, later, changed):
    work(invoke, **changed)
    assert later == []


def test_an_event_that_is_not_in_the_inbox_comes_again(invoke):
    event = queue_event(LivekitEventReceived(event_id="EV_none"))
    with pytest.raises(Exception, match="EV_none"):
        provider_events.process("EV_none", now=START)
    assert invoke("live.process_livekit_event", event) == {"batchItemFailures": [{"itemIdentifier": "msg-0"}]}


def join(livekit, session_id):
    token = rooms.viewer_token("str_1", rooms.viewer_identity(VIEWER.user_id, session_id))
    assert http("POST", f"{livekit.url}/_sim/join", {"token": token}).status == 200
    return f"{VIEWER.user_id}:{session_id}"


def present(livekit):
    found = http("GET", f"{livekit.url}/_sim/rooms/str_1/participants").json["participants"]
    return [one["identity"] for one in found]


@pytest.mark.covers("X-L-04")
def test_who_enters_with_a_token_that_outlived_the_session_is_removed(invoke, livekit):
    put_stream()
    session_id = watch()
    identity = join(livekit, session_id)
    work(invoke, id="EV_in_time", event="participant_joined", **participant(identity))
    assert present(livekit) == [identity]
    metering.leave("str_1", session_id, VIEWER.user_id, now=START)
    work(invoke, id="EV_late", event="participant_joined", **participant(identity))
    assert present(livekit) == []


def test_the_creator_who_enters_stays(invoke, livekit):
    put_stream()
    token = rooms.publisher_token("str_1", "usr_creator")
    assert http("POST", f"{livekit.url}/_sim/join", {"token": token}).status == 200
    work(invoke, event="participant_joined", **participant("usr_creator"))
    assert present(livekit) == ["usr_creator"]
