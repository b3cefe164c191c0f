"""Rooms and tokens against a real LiveKit server."""

import asyncio
import json
from collections.abc import Callable

import aiohttp
import pytest
from livekit import api

from shared.live import rooms
from tests import engine

ROOM = "str_engines"
KEYS = json.loads(engine.SECRETS["livekit"])


@pytest.fixture(autouse=True)
def _livekit(livekit_server: str, told: Callable[..., None]) -> None:
    told(livekit_url=livekit_server)


def _open_rooms(url: str) -> list[str]:
    async def ask() -> list[str]:
        async with api.LiveKitAPI(url, KEYS["api_key"], KEYS["api_secret"]) as livekit:
            return [room.name for room in (await livekit.room.list_rooms(api.ListRoomsRequest())).rooms]

    return asyncio.run(ask())


def _status(url: str, token: str) -> int:
    """Return what the server answers to somebody who would join with a token."""

    async def ask() -> int:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{url}/rtc/validate", params={"access_token": token}) as answer,
        ):
            return answer.status

    return asyncio.run(ask())


def test_a_room_is_opened_once_and_closed_for_good(livekit_server: str) -> None:
    rooms.create_room(ROOM)
    rooms.create_room(ROOM)
    assert _open_rooms(livekit_server) == [ROOM]
    rooms.delete_room(ROOM)
    rooms.delete_room(ROOM)
    assert _open_rooms(livekit_server) == []


def test_removing_somebody_who_is_not_there_is_fine() -> None:
    rooms.create_room(ROOM)
    rooms.remove_participant(ROOM, rooms.viewer_identity("usr_viewer", "nobody"))
    rooms.delete_room(ROOM)
    rooms.remove_participant(ROOM, "nobody")


def test_the_server_accepts_our_tokens_and_nobody_elses(livekit_server: str) -> None:
    rooms.create_room(ROOM)
    viewer = rooms.viewer_token(ROOM, rooms.viewer_identity("usr_viewer", "session"))
    assert _status(livekit_server, rooms.publisher_token(ROOM, "usr_creator")) == 200
    assert _status(livekit_server, viewer) == 200
    forged = api.AccessToken(KEYS["api_key"], "x" * 40).with_identity("usr_viewer")
    assert _status(livekit_server, forged.with_grants(api.VideoGrants(room_join=True, room=ROOM)).to_jwt()) == 401
    body, signature = viewer.rsplit(".", 1)
    assert _status(livekit_server, f"{body}.{signature[::-1]}") == 401


@pytest.mark.parametrize("who", ["creator", "viewer"])
def test_a_token_for_a_room_administers_nothing(livekit_server: str, who: str) -> None:
    tokens = {"creator": rooms.publisher_token(ROOM, "usr_creator"), "viewer": rooms.viewer_token(ROOM, "usr_viewer")}

    async def delete() -> int:
        url = f"{livekit_server}/twirp/livekit.RoomService/DeleteRoom"
        headers = {"Authorization": f"Bearer {tokens[who]}"}
        async with aiohttp.ClientSession() as http, http.post(url, json={"room": ROOM}, headers=headers) as answer:
            return answer.status

    assert asyncio.run(delete()) in {401, 403}
