"""The RoomService over Twirp: protobuf or JSON in and out, the grants each call needs, and its errors."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from livekit.protocol import room as wire
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.simulators._modes import Modes
from infra.local.simulators.livekit.rooms import NotFound, Rooms
from infra.local.simulators.livekit.tokens import Keys, Unauthorized

PREFIX = "/twirp/livekit.RoomService/"

_STATUS = {
    "bad_route": 404,
    "failed_precondition": 412,
    "internal": 500,
    "invalid_argument": 400,
    "malformed": 400,
    "not_found": 404,
    "resource_exhausted": 429,
    "unauthenticated": 401,
}
_PROTOBUF, _JSON = "application/protobuf", "application/json"
# How long after a removal a token may start and still be refused, when the caller does not say.
_REVOKE_LEEWAY = 60
_NONCE_LENGTH = 16


class TwirpError(Exception):
    """An error answer of the RoomService."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def error_response(code: str, message: str) -> Response:
    """Answer with a Twirp error, which is JSON whatever the request was."""
    return JSONResponse({"code": code, "msg": message}, _STATUS[code])


@dataclass(frozen=True)
class _Method:
    request: type[Message]
    grant: str
    handle: Callable[[Any], Message]


class RoomService:
    """The calls of the RoomService that are imitated."""

    def __init__(self, rooms: Rooms, keys: Keys, modes: Modes) -> None:
        self._rooms = rooms
        self._keys = keys
        self._modes = modes
        self.sent: list[dict[str, Any]] = []
        self._methods = {
            "CreateRoom": _Method(wire.CreateRoomRequest, "roomCreate", self._create_room),
            "ListRooms": _Method(wire.ListRoomsRequest, "roomList", self._list_rooms),
            "DeleteRoom": _Method(wire.DeleteRoomRequest, "roomCreate", self._delete_room),
            "UpdateRoomMetadata": _Method(wire.UpdateRoomMetadataRequest, "roomAdmin", self._update_room_metadata),
            "ListParticipants": _Method(wire.ListParticipantsRequest, "roomAdmin", self._list_participants),
            "GetParticipant": _Method(wire.RoomParticipantIdentity, "roomAdmin", self._get_participant),
            "RemoveParticipant": _Method(wire.RoomParticipantIdentity, "roomAdmin", self._remove_participant),
            "UpdateParticipant": _Method(wire.UpdateParticipantRequest, "roomAdmin", self._update_participant),
            "MutePublishedTrack": _Method(wire.MuteRoomTrackRequest, "roomAdmin", self._mute_published_track),
            "SendData": _Method(wire.SendDataRequest, "roomAdmin", self._send_data),
        }
        self.routes: list[BaseRoute] = [Route(PREFIX + "{method}", self._call, methods=["GET", "POST"])]

    async def _call(self, request: Request) -> Response:
        try:
            claims = self._claims(request)
            answer = self._answer(request, await request.body(), claims)
        except Unauthorized as problem:
            return PlainTextResponse(str(problem), 401)
        except TwirpError as problem:
            return error_response(problem.code, str(problem))
        except NotFound as problem:
            return error_response("not_found", str(problem))
        if _content_type(request) == _PROTOBUF:
            return Response(answer.SerializeToString(), media_type=_PROTOBUF)
        encoded = json_format.MessageToJson(
            answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True, indent=None
        )
        return Response(encoded, media_type=_JSON)

    def _claims(self, request: Request) -> dict[str, Any]:
        header = request.headers.get("authorization", "")
        if header and not header.startswith("Bearer "):
            raise Unauthorized("invalid authorization header. Must start with Bearer ")
        return self._keys.verify(header.removeprefix("Bearer ")) if header else {}

    def _answer(self, request: Request, body: bytes, claims: dict[str, Any]) -> Message:
        if request.method != "POST":
            raise TwirpError("bad_route", f'unsupported method "{request.method}" (only POST is allowed)')
        method = self._methods.get(request.path_params["method"])
        if method is None:
            raise TwirpError("bad_route", f'no handler for path "{request.url.path}"')
        asked = _decode(method.request(), _content_type(request), body)
        grants = claims.get("video", {})
        in_room = method.grant != "roomAdmin" or getattr(asked, "room", "") == grants.get("room", "")
        if not (grants.get(method.grant) and in_room):
            raise TwirpError("unauthenticated", "permissions denied")
        return method.handle(asked)

    def _create_room(self, asked: wire.CreateRoomRequest) -> Message:
        if not asked.name:
            raise TwirpError("invalid_argument", "no room name")
        return self._rooms.create(
            asked.name,
            empty_timeout=asked.empty_timeout,
            departure_timeout=asked.departure_timeout,
            max_participants=asked.max_participants,
            metadata=asked.metadata,
        )

    def _list_rooms(self, asked: wire.ListRoomsRequest) -> Message:
        return wire.ListRoomsResponse(rooms=self._rooms.find([*asked.names]))

    def _delete_room(self, asked: wire.DeleteRoomRequest) -> Message:
        self._rooms.delete(asked.room)
        return wire.DeleteRoomResponse()

    def _update_room_metadata(self, asked: wire.UpdateRoomMetadataRequest) -> Message:
        room = self._rooms.room(asked.room)
        room.metadata = asked.metadata
        return room

    def _list_participants(self, asked: wire.ListParticipantsRequest) -> Message:
        return wire.ListParticipantsResponse(participants=self._rooms.participants(asked.room))

    def _get_participant(self, asked: wire.RoomParticipantIdentity) -> Message:
        return self._rooms.participant(asked.room, asked.identity)

    def _remove_participant(self, asked: wire.RoomParticipantIdentity) -> Message:
        self._rooms.remove(asked.room, asked.identity)
        if self._modes.take("revoke_tokens", asked.identity):
            before = asked.revoke_token_ts or int(time.time()) + _REVOKE_LEEWAY
            self._rooms.revoke(asked.room, asked.identity, before)
        return wire.RemoveParticipantResponse()

    def _update_participant(self, asked: wire.UpdateParticipantRequest) -> Message:
        participant = self._rooms.participant(asked.room, asked.identity)
        participant.metadata = asked.metadata or participant.metadata
        participant.name = asked.name or participant.name
        if asked.HasField("permission"):
            participant.permission.CopyFrom(asked.permission)
        for key, value in asked.attributes.items():
            participant.attributes[key] = value
            if not value:
                del participant.attributes[key]
        return participant

    def _mute_published_track(self, asked: wire.MuteRoomTrackRequest) -> Message:
        self._rooms.participant(asked.room, asked.identity)
        if not asked.muted:
            raise TwirpError("failed_precondition", "remote unmute not enabled")
        return wire.MuteRoomTrackResponse()

    def _send_data(self, asked: wire.SendDataRequest) -> Message:
        if len(asked.nonce) not in {0, _NONCE_LENGTH}:
            raise TwirpError("invalid_argument", "nonce should be 16-bytes or not present")
        self._rooms.room(asked.room)
        self.sent.append(json_format.MessageToDict(asked))
        return wire.SendDataResponse()


def _content_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _decode(empty: Message, content_type: str, body: bytes) -> Message:
    if content_type not in {_PROTOBUF, _JSON}:
        raise TwirpError("bad_route", f'unexpected Content-Type: "{content_type}"')
    try:
        if content_type == _PROTOBUF:
            empty.ParseFromString(body)
        else:
            json_format.Parse(body, empty, ignore_unknown_fields=True)
    except (DecodeError, json_format.ParseError, UnicodeDecodeError) as problem:
        name = "protobuf" if content_type == _PROTOBUF else "json"
        raise TwirpError("malformed", f"the {name} request could not be decoded") from problem
    return empty
