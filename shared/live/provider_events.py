"""LiveKit's events: verified, kept once, worked from a queue (X-L-01, X-L-02)."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final

import jwt
from google.protobuf.json_format import Parse, ParseError
from livekit import api
from livekit.protocol.webhook import WebhookEvent

from shared import identity
from shared.kernel import inbox
from shared.kernel.clock import from_ms
from shared.kernel.errors import NotFound, ValidationFailed
from shared.kernel.secrets import secret_fields
from shared.kernel.security.signatures import BadSignature
from shared.kernel.telemetry import logger
from shared.live import lookup, metering, picture, revoking, rooms
from shared.live.events import LivekitEventReceived
from shared.live.items import LiveInbox
from shared.live.rules import OVER, StreamStatus

PROVIDER: Final = "livekit"

JOINED: Final = "participant_joined"
LEFT: Final = frozenset({"participant_left", "participant_connection_aborted"})
ROOM: Final = frozenset({"room_started", "room_finished"})
TRACK: Final = frozenset({"track_published", "track_unpublished"})
INGRESS: Final = frozenset({"ingress_started", "ingress_ended"})
EGRESS: Final = frozenset({"egress_started", "egress_updated", "egress_ended"})

WORKED: Final = LEFT | ROOM | TRACK | INGRESS | EGRESS | {JOINED}
"""What makes us look at a room; other events are answered and not kept."""

PROMPT: Final = timedelta(minutes=1)
"""An event that was on its way for longer does not tell when something happened: clocks differ, and it may be stale."""

MAX_EVENT_ID: Final = 128

_NO_TOKEN: Final = (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError)
"""What the SDK raises over a token that is none: also where half a surrogate pair, a deep claim or no secret is met."""


def receive(token: str, body: bytes, *, now: datetime) -> None:
    """Keep a verified event; a second delivery changes nothing.

    Raises:
        BadSignature: the token is not LiveKit's, has expired, or was not made for these bytes.
        ValidationFailed: the body is no event.
        PayloadTooLarge: it is larger than the inbox takes.
    """
    _verify(token, body)
    event = _parse(body)
    if not 0 < len(event.id) <= MAX_EVENT_ID:
        raise ValidationFailed
    if event.event in WORKED:
        new = inbox.keep(LiveInbox, PROVIDER, event.id, body, LivekitEventReceived(event_id=event.id), now=now)
        logger().info("livekit_event_received", event_id=event.id, kind=event.event, new=new)


def _verify(token: str, body: bytes) -> None:
    """Hold a delivery to its token.

    A token that lets somebody into a room is signed with the same key, but names no body: it does not pass here, as
    a delivery's token does not pass our own API.
    """
    keys = secret_fields(rooms.SECRET)
    try:
        claims = api.TokenVerifier(keys["api_key"], keys["api_secret"]).verify(token)
        told = str(claims.sha256 or "").encode()
    except _NO_TOKEN:
        raise BadSignature from None
    if not hmac.compare_digest(base64.b64encode(hashlib.sha256(body).digest()), told):
        raise BadSignature


def _parse(body: bytes) -> WebhookEvent:
    try:
        return Parse(body, WebhookEvent(), ignore_unknown_fields=True)
    except (ParseError, UnicodeDecodeError):
        raise ValidationFailed from None


def process(event_id: str, *, now: datetime) -> None:
    """Work a kept event: harmless when repeated.

    Leaving is told of a connection, and who left may have another by now: after a reload, on a second device. So what
    counts is who is in the room and what they send, not what the event says; one that comes late or twice changes
    nothing.

    Raises:
        LookupError: it is not in the inbox.
        Unavailable: LiveKit did not answer.
    """
    kept = inbox.read(LiveInbox, PROVIDER, event_id)
    event = _parse(kept.body)
    viewer = rooms.viewer_of(event.participant.identity)
    if event.event == JOINED and viewer:
        _turn_out_stranger(event.room.name, *viewer)
    elif event.event == JOINED:
        _turn_out_creator(event.room.name)
    elif viewer and event.event in LEFT and not rooms.is_present(event.room.name, event.participant.identity):
        metering.viewer_left(viewer[1], at=kept.received_at, now=now)
    elif not viewer:
        _look(event, received_at=kept.received_at, now=now)
    inbox.close(LiveInbox, PROVIDER, event_id, inbox.DONE)


def _look(event: WebhookEvent, *, received_at: datetime, now: datetime) -> None:
    """Let a stream follow the picture in its room; a room that is of no stream is nothing to us."""
    room = event.room.name or event.ingress_info.room_name or event.egress_info.room_name
    happened = from_ms(event.created_at * 1000)
    since = happened if received_at - PROMPT < happened < received_at else received_at
    try:
        picture.follow(room, since=since, now=now)
    except NotFound:
        logger().info("room_of_no_stream", room=room)


def _turn_out_stranger(stream_id: str, user_id: str, session_id: str) -> None:
    """Remove somebody who entered with a token that outlived its viewing session (X-L-04)."""
    if not metering.watches(stream_id, session_id, user_id):
        logger().warning("viewer_without_session", stream_id=stream_id, session_id=session_id)
        rooms.remove_participant(stream_id, rooms.viewer_identity(user_id, session_id))


def _turn_out_creator(stream_id: str) -> None:
    """Close a room that its creator entered with a token that outlived the stream, or their right to broadcast."""
    stream = lookup.stream(stream_id)
    if StreamStatus(stream.status) in OVER or identity.barred(stream.creator_id, revoking.CREATE):
        logger().warning("creator_turned_out", stream_id=stream_id)
        rooms.delete_room(stream_id)
