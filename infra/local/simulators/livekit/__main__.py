"""Run the LiveKit simulator: `python -m infra.local.simulators.livekit --port N [--webhook-url URL]`."""

import os
from typing import Any

from google.protobuf.json_format import MessageToDict, MessageToJson
from livekit.protocol.models import DisconnectReason
from livekit.protocol.webhook import WebhookEvent
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.simulators import _server
from infra.local.simulators._modes import API_MODES, WEBHOOK_MODES, Modes
from infra.local.simulators._steering import read_json
from infra.local.simulators._webhooks import Message, Provider, Webhooks
from infra.local.simulators.livekit.rooms import NotFound, Rooms
from infra.local.simulators.livekit.tokens import Keys, Unauthorized
from infra.local.simulators.livekit.twirp import PREFIX, RoomService, error_response

_RETRIES = 4


class LiveKitSimulator:
    """Rooms, their API, their webhooks, and the participants that tests send in."""

    def __init__(self, base_url: str, webhook_urls: list[str], retry_ms: int) -> None:
        del base_url  # nothing that this provider says names its own address
        self.modes = Modes((*API_MODES, *WEBHOOK_MODES, "revoke_tokens"))
        self._keys = Keys(
            os.environ.get("LIVEKIT_API_KEY", "devkey"),
            os.environ.get("LIVEKIT_API_SECRET", "devsecret-devsecret-devsecret-123"),
        )
        provider = Provider(
            sign=self._keys.sign,
            retries=_RETRIES,
            # The server repeats only what a later attempt may mend: no answer, too many requests, a receiver's fault.
            retry_on=lambda status: status in {0, 429} or (status >= 500 and status != 501),
            secret=self._keys.secret,
        )
        self.webhooks = Webhooks(provider, self.modes, webhook_urls, retry_ms)
        self._rooms = Rooms(self._publish)
        self._service = RoomService(self._rooms, self._keys, self.modes)
        self._events: dict[str, Message] = {}
        self.routes: list[BaseRoute] = [
            *self._service.routes,
            Route("/_sim/join", self._join, methods=["POST"]),
            Route("/_sim/leave", self._leave, methods=["POST"]),
            Route("/_sim/publish", self._publish_track, methods=["POST"]),
            Route("/_sim/unpublish", self._change_track, methods=["POST"]),
            Route("/_sim/mute", self._change_track, methods=["POST"]),
            Route("/_sim/rooms/{room}/participants", self._participants),
            Route("/_sim/removals", self._removals),
        ]

    def _publish(self, event: WebhookEvent) -> None:
        message = Message(event.id, event.event, MessageToJson(event, indent=None).encode())
        self._events[event.id] = message
        self.webhooks.publish(message)

    async def _join(self, request: Request) -> Response:
        token = (await read_json(request)).get("token")
        try:
            claims = self._keys.verify(token if isinstance(token, str) else "")
        except Unauthorized as problem:
            raise HTTPException(401, str(problem)) from problem
        grants = claims.get("video", {})
        if not grants.get("roomJoin"):
            raise HTTPException(401, "permissions denied")
        if not (claims.get("sub") and grants.get("room")):
            raise HTTPException(400, "identity and room cannot be empty")
        if self._rooms.is_revoked(claims):
            raise HTTPException(401, "the token was revoked when its holder was removed")
        return JSONResponse(MessageToDict(self._rooms.join(claims)))

    async def _leave(self, request: Request) -> Response:
        body = await read_json(request)
        try:
            self._rooms.leave(body.get("room", ""), body.get("identity", ""), DisconnectReason.CLIENT_INITIATED)
        except NotFound as problem:
            raise HTTPException(404, str(problem)) from problem
        return Response(status_code=204)

    async def _publish_track(self, request: Request) -> Response:
        body = await read_json(request)
        source, muted = body.get("source", "camera"), bool(body.get("muted"))
        try:
            track = self._rooms.publish_track(body.get("room", ""), body.get("identity", ""), source, muted=muted)
        except NotFound as problem:
            raise HTTPException(404, str(problem)) from problem
        except PermissionError as problem:
            raise HTTPException(403, str(problem)) from problem
        except ValueError as problem:
            raise HTTPException(400, str(problem)) from problem
        return JSONResponse(MessageToDict(track))

    async def _change_track(self, request: Request) -> Response:
        body = await read_json(request)
        of = body.get("room", ""), body.get("identity", ""), body.get("track", "")
        try:
            if request.url.path.endswith("/mute"):
                self._rooms.mute(*of, muted=bool(body.get("muted", True)))
            else:
                self._rooms.unpublish(*of)
        except NotFound as problem:
            raise HTTPException(404, str(problem)) from problem
        return Response(status_code=204)

    async def _participants(self, request: Request) -> Response:
        present = self._rooms.participants(request.path_params["room"])
        return JSONResponse({"participants": [MessageToDict(participant) for participant in present]})

    async def _removals(self, _: Request) -> Response:
        return JSONResponse({"removals": self._rooms.removals})

    def is_api_call(self, path: str) -> bool:
        """Whether a path is one of the RoomService."""
        return path.startswith(PREFIX)

    def failure(self, status: int) -> Response:
        """The server's answer for too many requests (429) or its own trouble (500)."""
        if status == 429:
            return error_response("resource_exhausted", "too many requests")
        return error_response("internal", "internal error")

    def event(self, event_id: str) -> Message | None:
        """A past event, ready to be sent again."""
        return self._events.get(event_id)

    def state(self) -> dict[str, Any]:
        """Rooms with their participants, removals, data sent and events, oldest first."""
        return {
            "rooms": [
                MessageToDict(room)
                | {"participants": [MessageToDict(present) for present in self._rooms.participants(room.name)]}
                for room in self._rooms.find([])
            ],
            "removals": self._rooms.removals,
            "sent": self._service.sent,
            "events": [{"id": event.id, "type": event.type} for event in self._events.values()],
        }

    def reset(self) -> None:
        """Forget every room and event."""
        self._rooms.reset()
        self._service.sent.clear()
        self._events.clear()


if __name__ == "__main__":
    _server.main("LiveKit", LiveKitSimulator)
