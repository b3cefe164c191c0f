"""Bring stored data to how it is kept now, page by page through a table, while the system runs.

Everything is read under the old form as well, so a run may be stopped, run again, and run after the deployment that
needs it. What was moved is found as it should be the next time.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from shared.kernel.registry import ROOT
from shared.kernel.storage.client import send
from shared.kernel.storage.items import Item
from shared.kernel.storage.moving import Outcome, Part

SHOWN = 20
"""Items named in the report that a person has to look at, of each kind."""

NAMED = frozenset({Outcome.LEFT, Outcome.STOPPED})


@cache
def backfills() -> dict[str, list[Part]]:
    """Return every domain's parts by the name of the backfill, in the order of the domains."""
    found: dict[str, list[Part]] = defaultdict(list)
    for path in sorted((ROOT / "shared").glob("*/backfills.py")):
        module = import_module(f"shared.{path.parent.name}.{path.stem}")
        for name, part in module.BACKFILLS.items():
            found[name].append(part)
    return found


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("backfill", help="bring stored data to how it is kept now; harmless to run again")
    parser.add_argument("name", choices=sorted(backfills()))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> str:
    """Go through every item and say what became of them."""
    return "\n".join(line for part in backfills()[arguments.name] for line in _report(part))


def _report(part: Part) -> Iterator[str]:
    told: Counter[Outcome] = Counter()
    left: list[str] = []
    for item in items(part.model, part.sk):
        outcome = part.move(item)
        told[outcome] += 1
        if outcome in NAMED:
            left.append(item.sk if part.sk.endswith("#") else item.pk)
    counts = ", ".join(f"{told[outcome]} {outcome}" for outcome in Outcome if told[outcome])
    yield f"{part.name}: {counts or 'none'}"
    yield from (f"  {pk}" for pk in left[:SHOWN])


def items(model: type[Item], sk: str) -> Iterator[Any]:
    """Yield every item of a table with a sort key, or with one that begins so, page after page."""
    start: dict[str, Any] = {}
    while True:
        page = send(
            "scan",
            TableName=model.table(),
            FilterExpression="begins_with(sk, :sk)" if sk.endswith("#") else "sk = :sk",
            ExpressionAttributeValues={":sk": {"S": sk}},
            ConsistentRead=True,
            **start,
        )
        for found in page["Items"]:
            yield model.load(found)
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
