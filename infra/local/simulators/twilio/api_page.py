"""The API's page, beside the outbox: every operation with its examples, to be read and tried on the running stack."""

import json
import os
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from infra.documents.servers import SERVERS
from infra.local.settings import ROOT, LocalSettings

DOCUMENT = ROOT / "docs/openapi.json"
VIEWER = ROOT / "infra/local/node_modules/swagger-ui-dist"

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wellspring API</title>
<link rel="stylesheet" href="/docs/viewer/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/viewer/swagger-ui-bundle.js"></script>
<script>
SwaggerUIBundle({url: "/docs/openapi.json", dom_id: "#api", deepLinking: true, docExpansion: "none", filter: true,
                 persistAuthorization: true, defaultModelsExpandDepth: -1});
</script>
</body>
</html>
"""


class ApiPage:
    """Shows the document with the addresses of the stack that runs."""

    def __init__(self) -> None:
        self._stack_file = LocalSettings.load(os.environ).stack_file
        self.routes: list[BaseRoute] = [
            Route("/docs", self._show),
            Route("/docs/openapi.json", self._document),
            Mount("/docs/viewer", StaticFiles(directory=VIEWER, check_dir=False)),
        ]

    async def _show(self, request: Request) -> Response:
        del request
        return HTMLResponse(_PAGE)

    async def _document(self, request: Request) -> Response:
        del request
        told = json.loads(self._stack_file.read_text()) if self._stack_file.exists() else {}
        return JSONResponse(located(json.loads(DOCUMENT.read_text()), told))


def located(document: dict[str, Any], stack: dict[str, Any]) -> dict[str, Any]:
    """Return the document with each of its servers at the address where the stack has that API."""
    text = json.dumps(document)
    for name, server in SERVERS.items():
        text = text.replace(f'"url": "{server["url"]}"', f'"url": "{stack.get(f"{name}Api", server["url"])}"')
    moved: dict[str, Any] = json.loads(text)
    return moved
