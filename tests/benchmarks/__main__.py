"""Benchmarks: ``python -m tests.benchmarks`` prints one JSON document; progress goes to standard error.

Nothing is asserted about time: numbers are for people and for comparing two states of the code on one machine.
``--only operations,processor,startup,scaling`` runs a part; ``DYNAMODB_ENDPOINT`` measures on another DynamoDB.
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable
from typing import Any

from tests.benchmarks import data, operations, processor, scaling, startup
from tests.benchmarks.deployment import deployed

Part = Callable[[], dict[str, Any]]


def _operations() -> dict[str, Any]:
    with deployed() as bench:
        return operations.measure(bench)


def _processor() -> dict[str, Any]:
    with deployed() as bench:
        data.open_stream()
        return processor.measure(bench)


PARTS: dict[str, Part] = {
    "operations": _operations,
    "processor": _processor,
    "startup": startup.measure,
    "scaling": scaling.measure,
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Measure; print JSON.")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {', '.join(PARTS)}")
    told = parser.parse_args()
    found: dict[str, Any] = {"python": platform.python_version(), "machine": platform.machine()}
    for name in told.only.split(","):
        print(f"{name} …", file=sys.stderr, flush=True)
        found[name] = PARTS[name]()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
