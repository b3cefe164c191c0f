"""A web server for public pages: each request runs the function that declares its route."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from shared.kernel.declare import PUBLIC, Http
from shared.kernel.registry import functions
from tests.calls import call


@dataclass
class Site:
    """Where it is, and what was asked of it as ``GET /path → 200``."""

    url: str
    asked: list[str] = field(default_factory=list)


def _routes() -> list[tuple[str, re.Pattern[str], Any]]:
    found = [(function, function.declaration.trigger) for function in functions()]
    return [
        (route.method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)), function)
        for function, route in found
        if isinstance(route, Http) and route.allow == PUBLIC
    ]


@contextmanager
def serving() -> Iterator[Site]:
    """Serve on a free port of this machine until the block ends."""
    routes, numbers, site = _routes(), count(), Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(None)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["content-length"])).decode())

        def _answer(self, body: str | None) -> None:
            address = urlsplit(self.path)
            matching = [
                (one.fullmatch(address.path), function) for method, one, function in routes if method == self.command
            ]
            found = next(((match, function) for match, function in matching if match), None)
            if found is None:
                self.send_error(404)
                return
            match, function = found
            answer = call(
                function,
                path={name: unquote(value) for name, value in match.groupdict().items()},
                query=dict(parse_qsl(address.query)),
                text=body,
                headers=dict(self.headers.items()),
                request_id=f"browser-{next(numbers)}",
            )
            site.asked.append(f"{self.command} {address.path} → {answer.status}")
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((answer.text or "").encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
