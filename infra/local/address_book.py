"""``stack.json``: where the running stack is reached and who may log in to it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.local.function_urls import reachable
from infra.local.settings import REGION, SIMULATORS, LocalSettings

FUNCTION_URL = "FunctionUrl"
"""Outputs with this prefix are the addresses of functions; the rest of the name is the provider that calls it."""


def compose(
    settings: LocalSettings, outputs: Mapping[str, str], accounts: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the document from the deployed stacks' outputs.

    Raises:
        KeyError: the application has no output of a needed name.
    """
    urls = {
        name.removeprefix(FUNCTION_URL).lower(): reachable(settings.url("aws"), url)
        for name, url in outputs.items()
        if name.startswith(FUNCTION_URL)
    }
    return {
        "stage": "local",
        "region": REGION,
        "awsEndpoint": settings.url("aws"),
        "publicApi": outputs["PublicApiUrl"],
        "adminApi": outputs["AdminApiUrl"],
        "meterApi": outputs["MeterApiUrl"],
        "webSocket": outputs["WebSocketUrl"],
        "functionUrls": urls,
        "simulators": {name: settings.url(name) for name in SIMULATORS},
        "outbox": f"{settings.url('twilio')}/outbox",
        "docs": f"{settings.url('twilio')}/docs",
        "clock": str(settings.clock_file),
        "mailbox": f"{settings.url('aws')}/_ministack/ses/messages",
        "accounts": list(accounts),
    }


def write(settings: LocalSettings, document: Mapping[str, Any]) -> None:
    """Write ``stack.json`` so that a reader sees the old or the new one, never a part."""
    fresh = settings.stack_file.with_suffix(".new")
    fresh.write_text(json.dumps(document, indent=2) + "\n")
    fresh.replace(settings.stack_file)
