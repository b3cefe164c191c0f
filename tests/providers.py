"""The providers' simulators as processes of a test's own, on free ports."""

import http.client
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

WITHIN = 10


@dataclass(frozen=True, slots=True)
class Provider:
    """A running simulator; how to steer it is told in ``docs/simulators.md``."""

    url: str

    def steer(self, path: str, body: dict[str, Any] | None = None) -> None:
        """Post to one of its steering routes."""
        request = urllib.request.Request(f"{self.url}/_sim/{path}", json.dumps(body or {}).encode(), method="POST")
        urllib.request.urlopen(request, timeout=WITHIN).close()

    def state(self) -> Any:
        """Return its objects, what was asked of it and what happened."""
        with urllib.request.urlopen(f"{self.url}/_sim/state", timeout=WITHIN) as answer:
            return json.load(answer)


def choose(page: str, action: str) -> int:
    """Press a button of a checkout page (``card``, ``bank``, ``expire`` …) and return the status of the answer."""
    address = urlsplit(page)
    connection = http.client.HTTPConnection(address.netloc, timeout=WITHIN)
    connection.request("POST", address.path, urlencode({"action": action}))
    status = connection.getresponse().status
    connection.close()
    return status


@contextmanager
def simulator(name: str, **credentials: str) -> Iterator[Provider]:
    """Run a provider's simulator with these credentials in its environment."""
    command = [sys.executable, "-m", f"infra.local.simulators.{name}", "--port", "0", "--retry-ms", "10"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | credentials)
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline() if process.stdout else "")
        if found is None:
            raise RuntimeError(f"the simulator of {name} did not start")
        yield Provider(found.group())
    finally:
        process.terminate()
        process.communicate(timeout=WITHIN)
