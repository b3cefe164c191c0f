"""Every document that is made from the declarations, with its place in the repository."""

import json
from typing import Any

from infra.documents import asyncapi, endpoints, events, openapi, texts


def _text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def files() -> dict[str, str]:
    """Return the text of each document by its path from the root."""
    return {
        "docs/openapi.json": _text(openapi.document()),
        "docs/asyncapi.json": _text(asyncapi.document()),
        "docs/endpoints.md": endpoints.text(),
        "docs/texts.md": texts.text(),
    } | {f"events/{event.domain}/{event.__name__}.json": _text(events.described(event)) for event in events.catalogue()}
