"""The domain events that a domain's table holds, ready to leave."""

import json
from typing import Any

from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb


def sent(domain: str, event: str) -> list[dict[str, Any]]:
    """Return the data of every event of one type that was written, in no order."""
    found: list[dict[str, Any]] = []
    request: dict[str, Any] = {"TableName": settings().table(domain), "ConsistentRead": True}
    for page in dynamodb().get_paginator("scan").paginate(**request):
        found += [
            json.loads(item["data"]["S"])
            for item in page["Items"]
            if item["pk"]["S"].startswith("OUTBOX#") and item["type"]["S"] == event
        ]
    return found
