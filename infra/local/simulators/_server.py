"""What all simulators share: the command line, the API's failure modes and the server."""

import argparse
import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from infra.local.simulators._steering import Simulator, Steering

HOST = "127.0.0.1"

# The open connections by the client's address, so that a mode can cut one without an answer, which ASGI cannot say.
_connections: dict[tuple[str, int], asyncio.Transport] = {}


class _Connection(H11Protocol):
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _connections[transport.get_extra_info("peername")] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _connections.pop(self.transport.get_extra_info("peername"), None)
        super().connection_lost(exc)


class _Faults:
    """Applies the modes of `API_MODES` to the provider's API and counts its calls."""

    def __init__(self, app: ASGIApp, simulator: Simulator, calls: Counter[str]) -> None:
        self._app = app
        self._simulator = simulator
        self._calls = calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._simulator.is_api_call(scope["path"]):
            await self._app(scope, receive, send)
            return
        call = f"{scope['method']} {scope['path']}"
        self._calls[call] += 1
        modes = self._simulator.modes
        if slow := modes.take("slow", call):
            await asyncio.sleep(slow.ms / 1000)
        if modes.take("unreachable", call):
            await _cut(scope, receive)
        elif modes.take("rate_limit", call):
            await self._simulator.failure(429)(scope, receive, send)
        elif modes.take("server_error", call):
            await self._simulator.failure(500)(scope, receive, send)
        elif modes.take("forbidden", call):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
        else:
            await self._take(call, scope, receive, send)

    async def _take(self, call: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call take effect, and lose its answer or a part of it where a mode says so."""
        modes = self._simulator.modes
        if modes.take("timeout", call):
            await self._app(scope, receive, _discard)
            await _cut(scope, receive)
        elif modes.take("cut_short", call):
            await self._app(scope, receive, _half(send))
            await _cut(scope, receive)
        elif modes.take("garbled", call):
            await self._app(scope, receive, _discard)
            await HTMLResponse("<!doctype html><title>OK</title>")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _cut(scope: Scope, receive: Receive) -> None:
    """Drop the connection without a word."""
    _connections[scope["client"]].abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _half(send: Send) -> Send:
    """Return what sends the first half of an answer's body, as the beginning of the whole."""

    async def half(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = message | {"body": body[: len(body) // 2], "more_body": True}
        await send(message)

    return half


async def _discard(message: Message) -> None:
    del message


def _application(simulator: Simulator) -> Starlette:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await simulator.webhooks.start()
        yield
        await simulator.webhooks.stop()

    calls: Counter[str] = Counter()
    app = Starlette(routes=Steering(simulator, calls).routes + simulator.routes, lifespan=lifespan)
    app.add_middleware(_Faults, simulator=simulator, calls=calls)
    return app


def main(name: str, make: Callable[[str, list[str], int], Simulator]) -> None:
    """Run a simulator until it is told to stop, printing its address when the port is taken.

    Args:
        name: What it imitates, for the messages.
        make: Builds it from its own base URL, the webhook URLs and the milliseconds before the first retry.

    Raises:
        SystemExit: The arguments are wrong or the port is not free.
    """
    parser = argparse.ArgumentParser(description=f"A local imitation of {name}.")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--webhook-url", action="append", default=[], help="where its events go; may be repeated")
    parser.add_argument("--retry-ms", type=int, default=1000, help="wait before the first retry of a webhook, doubling")
    arguments = parser.parse_args()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, arguments.port))
    except OSError as problem:
        parser.exit(1, f"port {arguments.port} is not free: {problem.strerror}\n")
    base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    simulator = make(base_url, arguments.webhook_url, arguments.retry_ms)
    config = uvicorn.Config(
        _application(simulator),
        http=_Connection,
        ws="none",
        log_level="warning",
        proxy_headers=False,
        timeout_graceful_shutdown=2,
    )
    listener.listen()
    print(f"{name} simulator on {base_url}", flush=True)
    uvicorn.Server(config).run(sockets=[listener])
