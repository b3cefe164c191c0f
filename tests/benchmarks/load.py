"""Loads many rows fast: batches of 25, straight over HTTP, from a process per half of the machine.

The SDK would spend several times the engine's own time on each batch. Emulators take any signature.
"""

import http.client
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from tests.engine import ACCOUNT, REGION

BATCH = 25
"""Items in one BatchWriteItem: DynamoDB's limit."""

_PARTS = 50
_HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Target": "DynamoDB_20120810.BatchWriteItem",
    "X-Amz-Date": "20260301T093000Z",
    "Authorization": (
        f"AWS4-HMAC-SHA256 Credential={ACCOUNT['AWS_ACCESS_KEY_ID']}/20260301/{REGION}/dynamodb/aws4_request, "
        "SignedHeaders=host;x-amz-date;x-amz-target, Signature=0"
    ),
}

Rows = Callable[[int, int], Iterable[dict[str, Any]]]
"""Makes the rows from one number to another."""


def load(table: str, rows: Rows, count: int) -> float:
    """Put rows into a table and return the seconds it took."""
    began = time.monotonic()
    workers = max(1, (os.cpu_count() or 2) // 2)
    step = max(BATCH, -(-count // _PARTS))
    parts = [(table, rows, first, min(first + step, count)) for first in range(0, count, step)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
        for number, _ in enumerate(pool.map(_load, parts), 1):
            if count > BATCH * _PARTS:
                print(f"\r{table}: {number * step:,} rows", end="", file=sys.stderr, flush=True)
    return time.monotonic() - began


def _load(part: tuple[str, Rows, int, int]) -> None:
    table, rows, first, last = part
    address = urlsplit(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    connection = http.client.HTTPConnection(address.netloc)
    for batch in _batches(rows(first, last)):
        request = {"RequestItems": {table: [{"PutRequest": {"Item": row}} for row in batch]}}
        connection.request("POST", "/", json.dumps(request), _HEADERS)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != http.HTTPStatus.OK or json.loads(text)["UnprocessedItems"]:
            raise RuntimeError(f"a batch was refused: {text[:300]!r}")
    connection.close()


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch
