"""The LiveKit SDK against the simulator: rooms, participants, tokens, errors and signed webhooks."""

import asyncio
import datetime as dt
import json
import time

import aiohttp
import jwt
import pytest
from livekit import api

from tests.simulators.conftest import call

KEY, SECRET = "devkey", "devsecret-devsecret-devsecret-123"


def run(sim, use, secret=SECRET):
    """Let `use` talk to the simulator through the SDK's RoomService."""

    async def talk():
        async with api.LiveKitAPI(sim.url, KEY, secret) as livekit:
            return await use(livekit.room)

    return asyncio.run(talk())


def refused(sim, use, **how):
    with pytest.raises(api.TwirpError) as error:
        run(sim, use, **how)
    return error.value.status, error.value.code, error.value.message


def token(identity="user_1:sess_1", room="stream_1", ttl=300, secret=SECRET, **grants):
    access = api.AccessToken(KEY, secret).with_identity(identity).with_ttl(dt.timedelta(seconds=ttl))
    return access.with_grants(api.VideoGrants(**{"room_join": True, "room": room} | grants)).to_jwt()


def join(sim, **of):
    return call("POST", f"{sim.url}/_sim/join", {"token": token(**of)})


def present(sim, room="stream_1"):
    listed = call("GET", f"{sim.url}/_sim/rooms/{room}/participants").json["participants"]
    return [participant["identity"] for participant in listed]


def someone(room="stream_1", identity="user_1:sess_1"):
    return api.RoomParticipantIdentity(room=room, identity=identity)


def receive(received, secret=SECRET):
    verifier = api.TokenVerifier(KEY, secret)
    return api.WebhookReceiver(verifier).receive(received.body.decode(), received.headers["Authorization"])


def test_rooms_are_created_once_listed_and_deleted(livekit_sim):
    async def use(rooms):
        first = await rooms.create_room(api.CreateRoomRequest(name="stream_1", metadata="m", empty_timeout=60))
        second = await rooms.create_room(api.CreateRoomRequest(name="stream_1"))
        await rooms.create_room(api.CreateRoomRequest(name="stream_2"))
        named = await rooms.list_rooms(api.ListRoomsRequest(names=["stream_2", "stream_3"]))
        await rooms.delete_room(api.DeleteRoomRequest(room="stream_2"))
        every = await rooms.list_rooms(api.ListRoomsRequest())
        return first, second, named.rooms, every.rooms

    first, second, named, every = run(livekit_sim, use)
    assert first.sid == second.sid
    assert (first.metadata, first.empty_timeout, first.departure_timeout) == ("m", 60, 20)
    assert [room.name for room in named] == ["stream_2"]
    assert [room.name for room in every] == ["stream_1"]


def test_a_joined_participant_has_what_the_token_grants(livekit_sim):
    assert join(livekit_sim, can_publish=False, can_publish_data=False).status == 200
    creator = join(livekit_sim, identity="creator", can_publish_sources=["camera"]).json
    assert creator["permission"]["canPublishSources"] == ["CAMERA"]

    async def use(rooms):
        viewer = await rooms.get_participant(someone())
        (room,) = (await rooms.list_rooms(api.ListRoomsRequest())).rooms
        listed = await rooms.list_participants(api.ListParticipantsRequest(room="stream_1"))
        return viewer, room, listed.participants

    viewer, room, listed = run(livekit_sim, use)
    assert (viewer.permission.can_subscribe, viewer.permission.can_publish) == (True, False)
    assert viewer.state == api.ParticipantInfo.ACTIVE
    assert room.num_participants == 2
    assert [participant.identity for participant in listed] == ["user_1:sess_1", "creator"]


def test_a_removed_participant_is_gone_and_recorded(livekit_sim):
    join(livekit_sim)
    run(livekit_sim, lambda rooms: rooms.remove_participant(someone()))
    assert present(livekit_sim) == []
    (removal,) = call("GET", f"{livekit_sim.url}/_sim/removals").json["removals"]
    assert (removal["room"], removal["identity"]) == ("stream_1", "user_1:sess_1")
    assert join(livekit_sim).status == 200


def test_removal_revokes_older_tokens_when_asked_to(livekit_sim):
    livekit_sim.modes(revoke_tokens={})
    join(livekit_sim)
    run(livekit_sim, lambda rooms: rooms.remove_participant(someone()))
    assert join(livekit_sim).status == 401
    assert join(livekit_sim, identity="user_1:sess_2").status == 200
    assert livekit_sim.state()["happened"] == {"revoke_tokens": 1}


@pytest.mark.parametrize(
    "use",
    [
        lambda rooms: rooms.remove_participant(someone()),
        lambda rooms: rooms.get_participant(someone()),
        lambda rooms: rooms.update_participant(api.UpdateParticipantRequest(room="stream_1", identity="user_9")),
        lambda rooms: rooms.mute_published_track(api.MuteRoomTrackRequest(room="stream_1", identity="user_9")),
    ],
)
def test_an_unknown_participant_does_not_exist(livekit_sim, use):
    assert refused(livekit_sim, use) == (404, "not_found", "participant does not exist")


@pytest.mark.parametrize(
    "use",
    [
        lambda rooms: rooms.delete_room(api.DeleteRoomRequest(room="stream_1")),
        lambda rooms: rooms.send_data(api.SendDataRequest(room="stream_1", data=b"x")),
        lambda rooms: rooms.update_room_metadata(api.UpdateRoomMetadataRequest(room="stream_1")),
    ],
)
def test_an_unknown_room_does_not_exist(livekit_sim, use):
    assert refused(livekit_sim, use) == (404, "not_found", "requested room does not exist")


def test_no_one_is_in_an_unknown_room(livekit_sim):
    listed = run(livekit_sim, lambda rooms: rooms.list_participants(api.ListParticipantsRequest(room="none")))
    assert len(listed.participants) == 0


def test_participants_and_rooms_can_be_changed(livekit_sim):
    join(livekit_sim)

    async def use(rooms):
        update = api.UpdateParticipantRequest(
            room="stream_1",
            identity="user_1:sess_1",
            metadata="m",
            attributes={"colour": "red"},
            permission=api.ParticipantPermission(can_subscribe=False),
        )
        changed = await rooms.update_participant(update)
        cleared = await rooms.update_participant(
            api.UpdateParticipantRequest(room="stream_1", identity="user_1:sess_1", attributes={"colour": ""})
        )
        await rooms.send_data(api.SendDataRequest(room="stream_1", data=b"hello"))
        room = await rooms.update_room_metadata(api.UpdateRoomMetadataRequest(room="stream_1", metadata="new"))
        return changed, cleared, room

    changed, cleared, room = run(livekit_sim, use)
    assert (changed.metadata, changed.attributes["colour"]) == ("m", "red")
    assert not changed.permission.can_subscribe
    assert (cleared.metadata, dict(cleared.attributes)) == ("m", {})
    assert room.metadata == "new"
    assert len(livekit_sim.state()["sent"]) == 1


def twirp(sim, method, video, body="{}", content_type="application/json", verb="POST"):
    claims = {"iss": KEY, "exp": int(time.time()) + 60, "video": video}
    headers = {"Content-Type": content_type, "Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"}
    return call(verb, f"{sim.url}/twirp/livekit.RoomService/{method}", body, headers)


@pytest.mark.parametrize(
    ("method", "video"),
    [
        ("CreateRoom", {"roomList": True}),
        ("ListRooms", {"roomCreate": True}),
        ("DeleteRoom", {"roomAdmin": True, "room": "stream_1"}),
        ("ListParticipants", {"roomAdmin": True, "room": "stream_2"}),
        ("RemoveParticipant", {"roomJoin": True, "room": "stream_1"}),
        ("RemoveParticipant", {}),
    ],
)
def test_each_call_needs_its_grant_for_its_room(livekit_sim, method, video):
    answer = twirp(livekit_sim, method, video, json.dumps({"room": "stream_1"}))
    assert (answer.status, answer.json) == (401, {"code": "unauthenticated", "msg": "permissions denied"})


def test_without_a_token_permission_is_denied(livekit_sim):
    url = f"{livekit_sim.url}/twirp/livekit.RoomService/ListRooms"
    answer = call("POST", url, "{}", {"Content-Type": "application/json"})
    assert (answer.status, answer.json["code"]) == (401, "unauthenticated")
    assert call("POST", url, "{}", {"Authorization": "Token x"}).status == 401


def test_json_is_spoken_too(livekit_sim):
    made = twirp(livekit_sim, "CreateRoom", {"roomCreate": True}, json.dumps({"name": "stream_1"}))
    assert (made.status, made.json["name"], made.json["num_participants"]) == (200, "stream_1", 0)


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"method": "Explode"}, 404, "bad_route"),
        ({"method": "ListRooms", "content_type": "text/plain"}, 404, "bad_route"),
        ({"method": "ListRooms", "verb": "GET", "body": None}, 404, "bad_route"),
        ({"method": "ListRooms", "body": "{"}, 400, "malformed"),
        ({"method": "CreateRoom"}, 400, "invalid_argument"),
    ],
)
def test_malformed_calls_answer_twirp_errors(livekit_sim, how, status, code):
    answer = twirp(livekit_sim, video={"roomCreate": True, "roomList": True}, **how)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_foreign_secret_is_refused_in_plain_text(livekit_sim):
    status, code, _ = refused(livekit_sim, lambda rooms: rooms.list_rooms(api.ListRoomsRequest()), secret="x" * 32)
    assert (status, code) == (401, "unknown")


@pytest.mark.parametrize(
    ("of", "status"),
    [
        ({"ttl": -120}, 401),
        ({"secret": "x" * 32}, 401),
        ({"room_join": False}, 401),
        ({"room_join": False, "room_admin": True}, 401),
    ],
)
def test_joining_needs_a_current_joining_token_of_this_server(livekit_sim, of, status):
    assert join(livekit_sim, **of).status == status
    assert present(livekit_sim) == []


def test_a_token_needs_an_expiry_and_an_identity(livekit_sim):
    video = {"roomJoin": True, "room": "stream_1"}
    for claims, status in (
        ({"sub": "u"}, 401),
        ({"exp": int(time.time()) + 60}, 400),
        ({"sub": "u", "exp": int(time.time()) + 60, "iss": "other"}, 401),
    ):
        made = jwt.encode({"iss": KEY, "video": video} | claims, SECRET, "HS256")
        assert call("POST", f"{livekit_sim.url}/_sim/join", {"token": made}).status == status


def test_a_second_one_of_the_same_identity_puts_the_first_out(livekit_sim, receiver):
    livekit_sim.listen(receiver.url)
    assert join(livekit_sim).json["sid"] != join(livekit_sim).json["sid"]
    livekit_sim.settled()
    assert receiver.types("event") == ["room_started", "participant_joined", "participant_left", "participant_joined"]
    assert receive(receiver.received[2]).participant.disconnect_reason == api.DisconnectReason.DUPLICATE_IDENTITY


def test_a_room_tells_its_life_in_signed_webhooks(livekit_sim, receiver):
    livekit_sim.listen(receiver.url)
    join(livekit_sim)
    join(livekit_sim, identity="user_2")
    left = call("POST", f"{livekit_sim.url}/_sim/leave", {"room": "stream_1", "identity": "user_2"})
    assert left.status == 204
    run(livekit_sim, lambda rooms: rooms.delete_room(api.DeleteRoomRequest(room="stream_1")))
    livekit_sim.settled()
    events = [receive(received) for received in receiver.received]
    assert [(event.event, event.participant.identity) for event in events] == [
        ("room_started", ""),
        ("participant_joined", "user_1:sess_1"),
        ("participant_joined", "user_2"),
        ("participant_left", "user_2"),
        ("participant_left", "user_1:sess_1"),
        ("room_finished", ""),
    ]
    assert {event.room.name for event in events} == {"stream_1"}
    assert len({event.id for event in events}) == 6
    assert receiver.received[0].headers["Content-Type"] == "application/webhook+json"


def test_a_room_closes_when_no_one_came_or_the_last_one_left(livekit_sim, receiver):
    livekit_sim.listen(receiver.url)

    def open_room(name):
        settings = api.CreateRoomRequest(name=name, empty_timeout=1, departure_timeout=1)
        run(livekit_sim, lambda rooms: rooms.create_room(settings))

    def finished(name):
        events = [one.json for one in receiver.received]
        return name in [event["room"]["name"] for event in events if event["event"] == "room_finished"]

    def wait_for(name):
        deadline = time.monotonic() + 10
        while not finished(name):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    open_room("stream_1")
    join(livekit_sim)
    open_room("stream_2")
    wait_for("stream_2")
    assert not finished("stream_1")
    call("POST", f"{livekit_sim.url}/_sim/leave", {"room": "stream_1", "identity": "user_1:sess_1"})
    wait_for("stream_1")
    assert livekit_sim.state()["rooms"] == []


def test_leaving_twice_is_not_found(livekit_sim):
    assert call("POST", f"{livekit_sim.url}/_sim/leave", {"room": "none", "identity": "u"}).status == 404


def test_losing_a_part_of_the_leavings_is_counted(livekit_sim, receiver):
    livekit_sim.listen(receiver.url)
    livekit_sim.modes(webhook_withhold={"times": None, "probability": 0.5, "only": "participant_left"})
    for number in range(20):
        join(livekit_sim, identity=f"user_{number}")
        call("POST", f"{livekit_sim.url}/_sim/leave", {"room": "stream_1", "identity": f"user_{number}"})
    lost = livekit_sim.settled()["happened"]["webhook_withhold"]
    assert 0 < lost < 20
    assert receiver.types("event").count("participant_left") == 20 - lost
    assert receiver.types("event").count("participant_joined") == 20


def test_a_forged_webhook_does_not_verify(livekit_sim, receiver):
    livekit_sim.listen(receiver.url)
    livekit_sim.modes(webhook_corrupt={"only": "room_started"})
    join(livekit_sim)
    livekit_sim.settled()
    with pytest.raises(jwt.InvalidSignatureError):
        receive(receiver.received[0])
    receive(receiver.received[1])


def test_only_what_a_retry_may_mend_is_repeated(livekit_sim, receiver):
    livekit_sim.listen(receiver.url)
    receiver.answers = [400, 503, 429, 200]
    join(livekit_sim)
    state = livekit_sim.settled()
    answers = [(delivery["type"], delivery["status"]) for delivery in state["deliveries"]]
    assert answers[:1] == [("room_started", 400)]
    assert answers[1:] == [("participant_joined", status) for status in (503, 429, 200)]


def test_a_past_event_can_be_sent_again(livekit_sim, receiver):
    join(livekit_sim)
    livekit_sim.listen(receiver.url)
    event = livekit_sim.state()["events"][1]
    answer = call("POST", f"{livekit_sim.url}/_sim/events/{event['id']}/redeliver", {"times": 3})
    assert answer.json == {"answers": {"200": 3}}
    assert {receive(received).id for received in receiver.received} == {event["id"]}


def test_asked_for_failures_strike_the_api_and_are_counted(livekit_sim):
    join(livekit_sim)
    livekit_sim.modes(rate_limit={"only": "ListRooms"}, server_error={"only": "ListRooms"}, slow={"ms": 100})

    def listing(rooms):
        return rooms.list_rooms(api.ListRoomsRequest())

    assert refused(livekit_sim, listing)[:2] == (429, "resource_exhausted")
    assert refused(livekit_sim, listing)[:2] == (500, "internal")
    livekit_sim.modes(timeout={"only": "RemoveParticipant"})
    with pytest.raises(aiohttp.ClientError):
        run(livekit_sim, lambda rooms: rooms.remove_participant(someone()))
    assert present(livekit_sim) == []
    happened = {"slow": 1, "rate_limit": 1, "server_error": 1, "timeout": 1}
    assert livekit_sim.state()["happened"] == happened


def test_tracks_come_and_go_with_webhooks_and_are_muted_without(livekit_sim, receiver):
    livekit_sim.listen(receiver.url)
    join(livekit_sim)
    of = {"room": "stream_1", "identity": "user_1:sess_1"}
    track = call("POST", f"{livekit_sim.url}/_sim/publish", of).json["sid"]
    assert call("POST", f"{livekit_sim.url}/_sim/mute", of | {"track": track}).status == 204
    found = run(livekit_sim, lambda rooms: rooms.list_participants(api.ListParticipantsRequest(room="stream_1")))
    assert [(one.sid, one.muted) for one in found.participants[0].tracks] == [(track, True)]
    assert call("POST", f"{livekit_sim.url}/_sim/unpublish", of | {"track": track}).status == 204
    assert call("POST", f"{livekit_sim.url}/_sim/unpublish", of | {"track": track}).status == 404
    livekit_sim.settled()
    types = ["room_started", "participant_joined", "track_published", "track_unpublished"]
    assert receiver.types("event") == types
    assert [receive(received).track.sid for received in receiver.received[2:]] == [track, track]


def test_who_may_not_publish_is_refused(livekit_sim):
    join(livekit_sim, can_publish=False)
    of = {"room": "stream_1", "identity": "user_1:sess_1"}
    assert call("POST", f"{livekit_sim.url}/_sim/publish", of).status == 403
    assert call("POST", f"{livekit_sim.url}/_sim/publish", of | {"source": "hologram"}).status == 400
