"""Rooms and participants, and the event that each change causes."""

import asyncio
import secrets
import string
import time
from collections.abc import Callable
from typing import Any

from livekit.protocol.models import (
    DisconnectReason,
    ParticipantInfo,
    ParticipantPermission,
    Room,
    TrackInfo,
    TrackSource,
    TrackType,
)
from livekit.protocol.webhook import WebhookEvent

# Seconds that a room stays open before anyone came, and after the last one left: the server's own defaults.
_EMPTY_TIMEOUT, _DEPARTURE_TIMEOUT = 300, 20
_ALPHABET = string.ascii_letters + string.digits


class NotFound(Exception):
    """There is no such room or participant."""


def _new_id(prefix: str) -> str:
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(12))}"


class Rooms:
    """Every open room with its participants."""

    def __init__(self, publish: Callable[[WebhookEvent], None]) -> None:
        self._publish = publish
        self._closing: dict[str, asyncio.TimerHandle] = {}
        self.reset()

    def reset(self) -> None:
        """Forget every room and removal, without any event."""
        for name in [*self._closing]:
            self._stay_open(name)
        self._rooms: dict[str, Room] = {}
        self._participants: dict[str, dict[str, ParticipantInfo]] = {}
        self._revoked: dict[tuple[str, str], int] = {}
        self.removals: list[dict[str, Any]] = []

    def create(self, name: str, **settings: Any) -> Room:
        """Return the room of this name, opening it when there is none; `settings` are fields of `Room`."""
        if name in self._rooms:
            return self.room(name)
        now = time.time()
        defaults = {"empty_timeout": _EMPTY_TIMEOUT, "departure_timeout": _DEPARTURE_TIMEOUT}
        chosen = defaults | {field: value for field, value in settings.items() if value}
        room = Room(sid=_new_id("RM"), name=name, creation_time=int(now), creation_time_ms=int(now * 1000), **chosen)
        self._rooms[name] = room
        self._participants[name] = {}
        self._emit("room_started", room)
        self._close_after(room.empty_timeout, name)
        return self.room(name)

    def room(self, name: str) -> Room:
        """Return a room with its current counts.

        Raises:
            NotFound: It is not open.
        """
        if name not in self._rooms:
            raise NotFound("requested room does not exist")
        room, present = self._rooms[name], self._participants[name].values()
        room.num_participants = len(present)
        room.num_publishers = sum(participant.is_publisher for participant in present)
        return room

    def find(self, names: list[str]) -> list[Room]:
        """Return the named rooms that are open, or all when none are named."""
        return [self.room(name) for name in self._rooms if not names or name in names]

    def participants(self, name: str) -> list[ParticipantInfo]:
        """Return who is in a room: no one when there is no such room, as the server does."""
        return [*self._participants.get(name, {}).values()]

    def participant(self, name: str, identity: str) -> ParticipantInfo:
        """Return a participant.

        Raises:
            NotFound: No one of this identity is in a room of this name.
        """
        found = self._participants.get(name, {}).get(identity)
        if found is None:
            raise NotFound("participant does not exist")
        return found

    def join(self, claims: dict[str, Any]) -> ParticipantInfo:
        """Let the holder of a verified joining token in; someone of the same identity is put out."""
        grants, identity = claims["video"], claims["sub"]
        room = self.create(grants["room"])
        if identity in self._participants[room.name]:
            self.leave(room.name, identity, DisconnectReason.DUPLICATE_IDENTITY)
        self._stay_open(room.name)
        now = time.time()
        participant = ParticipantInfo(
            sid=_new_id("PA"),
            identity=identity,
            name=claims.get("name", ""),
            metadata=claims.get("metadata", ""),
            attributes=claims.get("attributes") or {},
            state=ParticipantInfo.ACTIVE,
            joined_at=int(now),
            joined_at_ms=int(now * 1000),
            permission=_permission(grants),
        )
        self._participants[room.name][identity] = participant
        self._emit("participant_joined", self.room(room.name), participant)
        return participant

    def leave(self, name: str, identity: str, reason: DisconnectReason) -> None:
        """Take a participant out of a room.

        Raises:
            NotFound: No one of this identity is in a room of this name.
        """
        participant = self.participant(name, identity)
        for track in [*participant.tracks]:
            self.unpublish(name, identity, track.sid)
        del self._participants[name][identity]
        participant.state = ParticipantInfo.DISCONNECTED
        participant.disconnect_reason = reason
        room = self.room(name)
        self._emit("participant_left", room, participant)
        if not self._participants[name]:
            self._close_after(room.departure_timeout, name)

    def publish_track(self, name: str, identity: str, source: str, *, muted: bool) -> TrackInfo:
        """Let a participant publish a track.

        Raises:
            NotFound: No one of this identity is in a room of this name.
            PermissionError: Their token does not let them publish that.
            ValueError: There is no such source.
        """
        participant = self.participant(name, identity)
        kind = TrackSource.Value(source.upper())
        allowed = participant.permission.can_publish_sources
        if not participant.permission.can_publish or (allowed and kind not in allowed):
            raise PermissionError(f"{identity} may not publish {source}")
        sound = source.upper() in {"MICROPHONE", "SCREEN_SHARE_AUDIO"}
        track = participant.tracks.add(
            sid=_new_id("TR"), type=TrackType.AUDIO if sound else TrackType.VIDEO, source=kind, muted=muted
        )
        participant.is_publisher = True
        self._emit("track_published", self.room(name), participant, track)
        return track

    def unpublish(self, name: str, identity: str, sid: str) -> None:
        """Take a participant's track away.

        Raises:
            NotFound: There is no such participant or track.
        """
        participant = self.participant(name, identity)
        found = [track for track in participant.tracks if track.sid == sid]
        if not found:
            raise NotFound("track does not exist")
        track = TrackInfo.FromString(found[0].SerializeToString())
        participant.tracks.remove(found[0])
        participant.is_publisher = bool(participant.tracks)
        self._emit("track_unpublished", self.room(name), participant, track)

    def mute(self, name: str, identity: str, sid: str, *, muted: bool) -> None:
        """Mute a track, or unmute it, as its publisher does: the server sends no webhook about it.

        Raises:
            NotFound: There is no such participant or track.
        """
        found = [track for track in self.participant(name, identity).tracks if track.sid == sid]
        if not found:
            raise NotFound("track does not exist")
        found[0].muted = muted

    def remove(self, name: str, identity: str) -> None:
        """Put a participant out at the request of the API, and record it.

        Raises:
            NotFound: No one of this identity is in a room of this name.
        """
        self.leave(name, identity, DisconnectReason.PARTICIPANT_REMOVED)
        self.removals.append({"room": name, "identity": identity, "at": time.time()})

    def revoke(self, name: str, identity: str, before: int) -> None:
        """Make this identity's tokens for a room useless when they start before a UNIX time."""
        self._revoked[name, identity] = before

    def is_revoked(self, claims: dict[str, Any]) -> bool:
        """Whether a verified joining token was made useless by `revoke`."""
        return bool(claims.get("nbf", 0) < self._revoked.get((claims["video"]["room"], claims["sub"]), 0))

    def delete(self, name: str, reason: DisconnectReason = DisconnectReason.ROOM_DELETED) -> None:
        """Close a room: everyone leaves, then it is finished.

        Raises:
            NotFound: It is not open.
        """
        room = self.room(name)
        for identity in [*self._participants[name]]:
            self.leave(name, identity, reason)
        self._stay_open(name)
        del self._rooms[name], self._participants[name]
        self._emit("room_finished", room)

    def _close_after(self, seconds: int, name: str) -> None:
        closing = asyncio.get_running_loop().call_later(seconds, self.delete, name, DisconnectReason.ROOM_CLOSED)
        self._closing[name] = closing

    def _stay_open(self, name: str) -> None:
        if closing := self._closing.pop(name, None):
            closing.cancel()

    def _emit(
        self, event: str, room: Room, participant: ParticipantInfo | None = None, track: TrackInfo | None = None
    ) -> None:
        now = int(time.time())
        self._publish(
            WebhookEvent(id=_new_id("EV"), event=event, created_at=now, room=room, participant=participant, track=track)
        )


def _permission(grants: dict[str, Any]) -> ParticipantPermission:
    # What a grant does not mention is allowed, but for being hidden and changing one's own metadata.
    known = TrackSource.DESCRIPTOR.values_by_name
    named = [source.upper() for source in grants.get("canPublishSources") or []]
    sources = [source for source in named if source in known]
    return ParticipantPermission(
        can_subscribe=grants.get("canSubscribe", True),
        can_publish=grants.get("canPublish", True),
        can_publish_data=grants.get("canPublishData", grants.get("canPublish", True)),
        can_publish_sources=sources,
        can_update_metadata=grants.get("canUpdateOwnMetadata", False),
        hidden=grants.get("hidden", False),
    )
