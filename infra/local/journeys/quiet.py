"""When nothing is on its way any more: every queue is empty, and nothing was added for a moment."""

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import boto3
import requests

from infra.local.client import TIMEOUT_SECONDS

COUNTED = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
LOOKS = 3
PAUSE_SECONDS = 0.4
"""Streams are read a few times a second: three looks in a row outlast their readers."""


@cache
def _queues(endpoint: str, region: str) -> tuple[Any, tuple[str, ...]]:
    client = boto3.client(
        "sqs", region_name=region, endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test"
    )
    urls = client.list_queues(MaxResults=1000)["QueueUrls"]
    return client, tuple(url for url in urls if not url.endswith("-dead"))


def _waiting(stack: Mapping[str, Any]) -> int:
    client, urls = _queues(stack["awsEndpoint"], stack["region"])

    def count(url: str) -> int:
        found = client.get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTED))["Attributes"]
        return sum(int(found[name]) for name in COUNTED)

    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(count, urls))


def _outgoing(stack: Mapping[str, Any]) -> int:
    return len(requests.get(f"{stack['outbox']}.json", timeout=TIMEOUT_SECONDS).json()["messages"])


def wait_until_quiet(stack: Mapping[str, Any], *, seconds: float = 60) -> None:
    """Wait until the queues were empty and the outbox the same at three looks in a row.

    Raises:
        TimeoutError: something is still on its way.
    """
    deadline, looks, last = time.monotonic() + seconds, 0, -1
    while looks < LOOKS:
        if time.monotonic() > deadline:
            raise TimeoutError("something is still on its way")
        time.sleep(PAUSE_SECONDS)
        outgoing = _outgoing(stack)
        looks = looks + 1 if outgoing == last and not _waiting(stack) else 0
        last = outgoing
