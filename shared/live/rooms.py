"""LiveKit's rooms, through its SDK: one room per stream, under the stream's id.

Importing this module imports the SDK (220 ms): only functions that need a room do.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
from livekit import api

from shared.kernel.config import settings_of
from shared.kernel.errors import Unavailable
from shared.kernel.secrets import secret_fields
from shared.live.domain import LiveSettings

T = TypeVar("T")

SECRET = "livekit"  # noqa: S105 - the secret's name
LAYER = "live"

TIMEOUT_SECONDS = 3
EMPTY_SECONDS = 15 * 60
"""How long a room waits for its first participant; joining later opens it again."""

TOKEN_LIFE = timedelta(minutes=5)
"""A token is for joining: who is in the room stays without it (X-L-05)."""

PUBLISHED = ("camera", "microphone", "screen_share", "screen_share_audio")
"""What a creator may publish (S-L-32)."""

_ABSENT = "not_found"


def client_url() -> str:
    """Return where clients connect to."""
    url = settings_of(LiveSettings).livekit_url
    return f"ws{url.removeprefix('http')}" if url.startswith("http") else url


def create_room(room: str) -> None:
    """Open a room; one that is open already stays as it is (S-L-10).

    Raises:
        Unavailable: LiveKit did not answer within 3 seconds, or failed.
    """
    _call(lambda service: service.create_room(api.CreateRoomRequest(name=room, empty_timeout=EMPTY_SECONDS)))


def delete_room(room: str) -> None:
    """Close a room and disconnect everyone; a room that is closed already is fine (S-L-13).

    Raises:
        Unavailable: LiveKit did not answer within 3 seconds, or failed.
    """
    _call(lambda service: service.delete_room(api.DeleteRoomRequest(room=room)))


def remove_participant(room: str, identity: str) -> None:
    """Disconnect somebody from a room; who has left already is fine (X-L-04).

    Their token may still be good for a few minutes, and only LiveKit Cloud revokes it here: who joins again without
    an active viewing session is removed again when LiveKit reports it (``provider_events``).

    Raises:
        Unavailable: LiveKit did not answer within 3 seconds, or failed.
    """
    _call(lambda service: service.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity)))


def moving(room: str, identity: str) -> bool:
    """Tell whether somebody in a room sends picture or sound: a track that is published and not muted.

    Raises:
        Unavailable: LiveKit did not answer within 3 seconds, or failed.
    """
    wanted = api.RoomParticipantIdentity(room=room, identity=identity)
    found = _call(lambda service: service.get_participant(wanted))
    return found is not None and _sends(found)


def present(room: str) -> Mapping[str, bool]:
    """Return who is in a room, and whether they send picture or sound; nobody is in one that is closed.

    Raises:
        Unavailable: LiveKit did not answer within 3 seconds, or failed.
    """
    found = _call(lambda service: service.list_participants(api.ListParticipantsRequest(room=room)))
    return {one.identity: _sends(one) for one in found.participants} if found else {}


def _sends(participant: "api.ParticipantInfo") -> bool:
    return any(not track.muted for track in participant.tracks)


def is_present(room: str, identity: str) -> bool:
    """Tell whether somebody is in a room now, over whichever connection.

    Raises:
        Unavailable: LiveKit did not answer within 3 seconds, or failed.
    """
    wanted = api.RoomParticipantIdentity(room=room, identity=identity)
    return _call(lambda service: service.get_participant(wanted)) is not None


def publisher_token(room: str, user_id: str) -> str:
    """Return the creator's token: publish camera, microphone and screen (S-L-11, S-L-32)."""
    grants = api.VideoGrants(
        room_join=True, room=room, can_publish=True, can_subscribe=True, can_publish_sources=list(PUBLISHED)
    )
    return _token(user_id, "creator", grants)


def viewer_token(room: str, identity: str) -> str:
    """Return a viewer's token: subscribe only, unseen by other viewers, to whom an identity would show (S-L-12)."""
    grants = api.VideoGrants(
        room_join=True, room=room, can_publish=False, can_publish_data=False, can_subscribe=True, hidden=True
    )
    return _token(identity, "viewer", grants)


def viewer_identity(user_id: str, session_id: str) -> str:
    """Return who a viewer is in a room: the user and their viewing session, so that a token serves one run (X-L-05)."""
    return f"{user_id}:{session_id}"


def viewer_of(identity: str) -> tuple[str, str] | None:
    """Return the user and the viewing session in a viewer's identity, ``None`` for anybody else."""
    user_id, colon, session_id = identity.partition(":")
    return (user_id, session_id) if colon else None


def _token(identity: str, role: str, grants: "api.VideoGrants") -> str:
    keys = secret_fields(SECRET)
    token = api.AccessToken(keys["api_key"], keys["api_secret"])
    token.with_identity(identity).with_metadata(f'{{"role":"{role}"}}').with_ttl(TOKEN_LIFE).with_grants(grants)
    return str(token.to_jwt())


def _call(use: Callable[["api.room_service.RoomService"], Awaitable[T]]) -> T | None:
    """Make one call. What is already gone answers ``None``."""
    try:
        return asyncio.run(_answered(use))
    except api.TwirpError as refusal:
        if refusal.code == _ABSENT:
            return None
        if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR or refusal.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise Unavailable from refusal
        raise
    except (aiohttp.ClientError, TimeoutError) as silence:
        raise Unavailable from silence


async def _answered(use: Callable[[Any], Awaitable[T]]) -> T:
    keys = secret_fields(SECRET)
    # The SDK's own time limit does not hold: it hands each request none, which overrides that of its client.
    url = settings_of(LiveSettings).livekit_url
    async with asyncio.timeout(TIMEOUT_SECONDS):
        async with api.LiveKitAPI(url, keys["api_key"], keys["api_secret"]) as livekit:
            return await use(livekit.room)
