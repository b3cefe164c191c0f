"""Secrets from Secrets Manager, kept for five minutes so that a rotation reaches warm functions."""

import json
import time
from typing import Any

from shared.kernel.config import settings
from shared.kernel.names import secret_name
from shared.kernel.storage.client import aws_client

KEPT_SECONDS = 300

_kept: dict[str, tuple[float, str]] = {}


def secret(name: str) -> str:
    """Return a secret by its short name; the function must have declared it.

    Raises:
        ClientError: it does not exist or may not be read.
    """
    kept = _kept.get(name)
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        client = aws_client("secretsmanager")
        reply = client.get_secret_value(SecretId=secret_name(settings().stage, name))
        kept = _kept[name] = (time.monotonic(), reply["SecretString"])
    return kept[1]


def secret_fields(name: str) -> dict[str, Any]:
    """Return a secret that is a JSON object."""
    fields: dict[str, Any] = json.loads(secret(name))
    return fields
