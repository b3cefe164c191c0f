"""Bring stored data to how it is kept now, page by page through a table, while the system runs.

Everything is read under the old form as well, so a run may be stopped, run again, and run after the deployment that
needs it. What was moved is found as it should be the next time.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.identity import readdressing as accounts
from shared.identity.items import Account
from shared.kernel.storage.client import send
from shared.kernel.storage.items import Item
from shared.kernel.storage.moving import Outcome
from shared.messaging import readdressing as recipients
from shared.messaging.items import Recipient
from shared.payments import asking, prices
from shared.payments.items import PAYMENT_SK, PRICE_PREFIX, PaymentItem, PriceItem
from shared.wallet import projection
from shared.wallet.items import ACCOUNT_SK, AccountItem

SHOWN = 20
"""Items named in the report that a person has to look at, of each kind."""

NAMED = frozenset({Outcome.LEFT, Outcome.STOPPED})


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of item, and what moves one of them. A sort key that ends in ``#`` is what many begin with."""

    model: type[Item]
    sk: str
    move: Callable[[Any], Outcome]

    @property
    def name(self) -> str:
        """How the report calls them."""
        return f"{self.model.domain} {self.model.__name__}"


BACKFILLS: Mapping[str, tuple[Part, ...]] = {
    "addresses": (
        Part(Account, Account.SK, accounts.move),
        Part(Recipient, Recipient.SK, recipients.move),
    ),
    "books": (Part(AccountItem, ACCOUNT_SK, projection.catch_up),),
    "numbers": (Part(Recipient, Recipient.SK, recipients.move_number),),
    "payments": (Part(PaymentItem, PAYMENT_SK, asking.remember),),
    "prices": (Part(PriceItem, PRICE_PREFIX, prices.stop_unsellable),),
}
"""Backfills by name, each in the order of its parts."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("backfill", help="bring stored data to how it is kept now; harmless to run again")
    parser.add_argument("name", choices=sorted(BACKFILLS))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> str:
    """Go through every item and say what became of them."""
    return "\n".join(line for part in BACKFILLS[arguments.name] for line in _report(part))


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
