"""The `/_sim` routes by which tests and people steer a simulator and look into it."""

import json
from collections import Counter
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.simulators._modes import Modes
from infra.local.simulators._webhooks import Message, Webhooks


class Simulator(Protocol):
    """What a simulator gives to the shared server."""

    modes: Modes
    webhooks: Webhooks
    routes: list[BaseRoute]

    def is_api_call(self, path: str) -> bool:
        """Whether a path belongs to the provider's API, which the API's failure modes strike."""
        ...

    def failure(self, status: int) -> Response:
        """The provider's own answer for 429 or 500."""
        ...

    def event(self, event_id: str) -> Message | None:
        """A past event, to deliver it again."""
        ...

    def state(self) -> dict[str, Any]:
        """The provider's objects, for tests to look at."""
        ...

    def reset(self) -> None:
        """Forget every object and event."""
        ...


class Steering:
    """Modes, webhook endpoints, redelivery, state and reset: the same for every simulator."""

    def __init__(self, simulator: Simulator, calls: Counter[str]) -> None:
        self._simulator = simulator
        self._calls = calls
        self.routes: list[BaseRoute] = [
            Route("/_sim/modes", self._change_modes, methods=["POST"]),
            Route("/_sim/webhook-endpoints", self._add_endpoint, methods=["POST"]),
            Route("/_sim/events/{event_id}/redeliver", self._redeliver, methods=["POST"]),
            Route("/_sim/state", self._state),
            Route("/_sim/reset", self._reset, methods=["POST"]),
        ]

    async def _change_modes(self, request: Request) -> Response:
        try:
            self._simulator.modes.change(await request.body())
        except ValueError as problem:
            raise HTTPException(400, str(problem)) from problem
        return JSONResponse(self._simulator.modes.state())

    async def _add_endpoint(self, request: Request) -> Response:
        body = await read_json(request)
        url, secret = body.get("url"), body.get("secret", "")
        if not (isinstance(url, str) and isinstance(secret, str) and urlsplit(url).scheme in {"http", "https"}):
            raise HTTPException(400, "a webhook endpoint needs an http(s) `url` and may have a `secret`")
        self._simulator.webhooks.add(url, secret)
        return JSONResponse({"endpoints": list(self._simulator.webhooks.endpoints)})

    async def _redeliver(self, request: Request) -> Response:
        message = self._simulator.event(request.path_params["event_id"])
        if message is None:
            raise HTTPException(404, "no such event")
        times = (await read_json(request)).get("times", 1)
        if not (isinstance(times, int) and 1 <= times <= 10_000):
            raise HTTPException(400, "`times` is a number from 1 to 10000")
        return JSONResponse({"answers": await self._simulator.webhooks.redeliver(message, times)})

    async def _state(self, _: Request) -> Response:
        shared = self._simulator.modes.state() | self._simulator.webhooks.state() | {"calls": dict(self._calls)}
        return JSONResponse(shared | self._simulator.state())

    async def _reset(self, _: Request) -> Response:
        self._simulator.modes.reset()
        await self._simulator.webhooks.reset()
        self._simulator.reset()
        self._calls.clear()
        return Response(status_code=204)


async def read_json(request: Request) -> dict[str, Any]:
    """Return the JSON object that a steering request carries, an empty one when it carries nothing.

    Raises:
        HTTPException: 400, the body is not a JSON object.
    """
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError as problem:
        raise HTTPException(400, "the body is not JSON") from problem
    if not isinstance(body, dict):
        raise HTTPException(400, "the body is not a JSON object")
    return body
