"""The books as they stand, added up without any code of the wallet, and everything that is wrong with them."""

import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb
from shared.live.metering.items import LeaseItem, ViewingItem
from shared.wallet import books as ledger
from shared.wallet import projection, rules
from shared.wallet.items import AccountItem, EntryItem, HoldItem, JournalItem

COUNTERPARTS = {
    "PAYMENT": "platform:clearing",
    "BONUS": "platform:promotions",
    "ADMIN": "platform:adjustments",
    "METER_EVENT": "platform:revenue",
    "REFUND": "platform:revenue",
}
INTERVALS_PER_MINUTE = 6
CREATORS_PERMILLE = 700
SILENCE, INTERVAL = timedelta(seconds=20), timedelta(seconds=10)
READERS = 4


def seed(default: int) -> int:
    """Return the seed of this run: ``SOAK_SEED`` where it is set."""
    return int(os.environ.get("SOAK_SEED", default))


def rows(domain: str) -> Iterator[dict[str, Any]]:
    """Yield every item of a domain's table, as stored."""
    pages = dynamodb().get_paginator("scan").paginate(TableName=settings().table(domain), ConsistentRead=True)
    for page in pages:
        yield from page["Items"]


@dataclass
class Books:
    """Everything that two tables hold of money."""

    accounts: dict[str, AccountItem] = field(default_factory=dict)
    entries: dict[str, list[EntryItem]] = field(default_factory=lambda: defaultdict(list))
    journal: dict[tuple[str, str], JournalItem] = field(default_factory=dict)
    raw_journal: list[dict[str, Any]] = field(default_factory=list)
    holds: dict[str, dict[str, HoldItem]] = field(default_factory=lambda: defaultdict(dict))
    viewings: dict[str, ViewingItem] = field(default_factory=dict)
    leases: dict[str, list[LeaseItem]] = field(default_factory=lambda: defaultdict(list))
    events: Counter[str] = field(default_factory=Counter)

    def charged(self, session_id: str) -> int:
        """Return what the journal took for a viewing session."""
        posted = self.journal.get(("METER_EVENT", session_id))
        return -posted.postings[f"customer:{posted.user_id}"] if posted else 0

    def balance(self, user_id: str) -> int:
        """Return what an account holds."""
        account = self.accounts.get(user_id)
        return account.available + account.held if account else 0


def books() -> Books:
    """Read everything."""
    found = Books()
    for row in [*rows("wallet"), *rows("live")]:
        _enter(found, row)
    for lines in found.entries.values():
        lines.sort(key=lambda line: line.sk)
    for leases in found.leases.values():
        leases.sort(key=lambda lease: lease.sk)
    return found


def _enter(found: Books, row: dict[str, Any]) -> None:
    pk, sk = row["pk"]["S"], row["sk"]["S"]
    kind, _, rest = pk.partition("#")
    if kind == "ACCOUNT" and sk == "ACCOUNT":
        found.accounts[rest] = AccountItem.load(row)
    elif kind == "ACCOUNT" and sk.startswith("ENTRY#"):
        found.entries[rest].append(EntryItem.load(row))
    elif kind == "ACCOUNT" and sk.startswith("HOLD#"):
        found.holds[rest][sk.removeprefix("HOLD#")] = HoldItem.load(row)
    elif kind == "TXN":
        found.journal[tuple(rest.split("#", 1))] = JournalItem.load(row)  # type: ignore[index]
        found.raw_journal.append(row)
    elif kind == "VIEWING" and sk == "VIEWING":
        found.viewings[rest] = ViewingItem.load(row)
    elif kind == "VIEWING":
        found.leases[rest].append(LeaseItem.load(row))
    elif kind == "OUTBOX":
        user = json.loads(row["data"]["S"]).get("user_id", "nobody")
        found.events[f"{row['type']['S']} {user}"] += 1


def problems(found: Books) -> list[str]:
    """Return every way in which the books do not add up."""
    wrong: list[str] = []
    for user, account in found.accounts.items():
        wrong += [f"{user}: {problem}" for problem in _account(found, user, account)]
    for reference, posted in found.journal.items():
        wrong += [f"{reference}: {problem}" for problem in _transaction(found, reference, posted)]
    for session, item in found.viewings.items():
        wrong += [f"{session}: {problem}" for problem in _viewing(found, session, item)]
    wrong += [
        f"{user} has entries or holds and no account" for user in {*found.entries, *found.holds} - {*found.accounts}
    ]
    return wrong


def _account(found: Books, user: str, account: AccountItem) -> Iterator[str]:
    lines = found.entries[user]
    held = [hold.amount for hold in found.holds[user].values() if hold.status == "OPEN"]
    running = 0
    for number, line in enumerate(lines, 1):
        running += line.amount
        if (line.sequence, line.balance) != (number, running):
            yield f"entry {line.sequence} does not follow from the one before"
        if running < 0:
            yield f"negative after entry {line.sequence}"
        posted = found.journal.get((line.reference_type, line.reference_id))
        if posted is None or posted.postings.get(f"customer:{user}") != line.amount or posted.entry_sk != line.sk:
            yield f"entry {line.sequence} and its journal transaction differ"
    if min(account.available, account.held) < 0:
        yield "negative"
    if account.available + account.held != running or account.sequence != len(lines):
        yield f"holds {account.available + account.held} and its entries sum to {running}"
    if (account.held, account.open_holds) != (sum(held), len(held)):
        yield f"{account.held} held and its open holds sum to {sum(held)}"


def _transaction(found: Books, reference: tuple[str, str], posted: JournalItem) -> Iterator[str]:
    own = posted.postings[f"customer:{posted.user_id}"]
    if sum(posted.postings.values()) != 0:
        yield "does not balance"
    if not any(line.sk == posted.entry_sk for line in found.entries[posted.user_id]):
        yield "has no entry"
    others = {name: amount for name, amount in posted.postings.items() if not name.startswith("customer:")}
    creators = {name: amount for name, amount in others.items() if name.startswith("creator:")}
    if set(others) - set(creators) != ({COUNTERPARTS[reference[0]]} if own else set()):
        yield f"is booked against {sorted(others)}"
    if reference[0] == "METER_EVENT" and sum(creators.values()) != -own * CREATORS_PERMILLE // 1000:
        yield f"gives {sum(creators.values())} of {-own} to its creator"


def _viewing(found: Books, session: str, item: ViewingItem) -> Iterator[str]:
    hold, intervals = found.holds[item.user_id].get(session), item.last_index + 1
    if item.cost != -(-item.rate_per_minute // INTERVALS_PER_MINUTE):
        yield f"costs {item.cost} at {item.rate_per_minute} a minute"
    if item.lease_left != item.held - intervals * item.cost or item.lease_left < 0:
        yield f"{item.lease_left} left of {item.held} after {intervals} intervals"
    if hold is None or hold.amount != item.held or (hold.status == "OPEN") != (item.status == "ACTIVE"):
        yield "and its hold differ"
    yield from _evidence(found, session, item)
    if item.status != "ACTIVE":
        yield from _ended(found, session, item)


def _evidence(found: Books, session: str, item: ViewingItem) -> Iterator[str]:
    seen = [(lease.first_index, len(lease.evidence)) for lease in (*found.leases[session], item)]
    follows = all(first + count == after for (first, count), (after, _) in pairwise(seen))
    if not follows or sum(count for _, count in seen) != item.last_index + 1:
        yield f"{item.last_index + 1} intervals charged and evidence of {seen}"


def _ended(found: Books, session: str, item: ViewingItem) -> Iterator[str]:
    if item.charged != found.charged(session):
        yield f"came to {item.charged} and the journal took {found.charged(session)}"
    if item.ended_at > item.last_seen + SILENCE:
        yield f"ended {item.ended_at - item.last_seen} after its viewer was last seen"
    opened = -(-(item.ended_at - item.started_at) // INTERVAL) if item.admitted_at else 0
    intervals = max(item.last_index + 1, opened, bool(item.admitted_at))
    if item.charged > intervals * item.cost or item.charged % item.cost:
        yield f"came to {item.charged} for {intervals} intervals at {item.cost}"


def platform_problems(found: Books, source: random.Random) -> list[str]:
    """Bring the platform accounts up to the journal, as several readers of its stream would, shuffled and with repeats.

    Returns:
        What does not add up then.
    """
    images = [image for image in found.raw_journal for _ in range(source.choice((1, 1, 2, 3)))]
    source.shuffle(images)
    with ThreadPoolExecutor(READERS) as readers:
        list(readers.map(projection.project, images))
    due: Counter[str] = Counter()
    for posted in found.journal.values():
        due.update({name: amount for name, amount in posted.postings.items() if not name.startswith("customer:")})
    derived = {name: ledger.account_balance(name) for name in due}
    total = sum(found.balance(user) for user in found.accounts) + sum(derived.values())
    wrong = [f"{name} is {derived[name]}, the journal says {due[name]}" for name in due if derived[name] != due[name]]
    wrong += [f"all accounts sum to {total}"] if total else []
    return [*wrong, *_trial_problems(found)]


def _trial_problems(found: Books) -> Iterator[str]:
    """Yield what is wrong with the trial balance, which was kept while the readers counted."""
    due: Counter[str] = Counter()
    for posted in found.journal.values():
        for name, amount in posted.postings.items():
            due[rules.line_of(name)] += amount
    trial = ledger.trial_balance()
    lines = {account.name: account.balance for account in trial.accounts}
    if lines != {name: due[name] for name in rules.NAMED} or trial.total or trial.transactions != len(found.journal):
        yield f"the trial balance is {lines} in {trial.transactions} transactions, the journal says {dict(due)}"
    if ledger.drifts():
        yield f"the books drift: {ledger.drifts()}"


def unexpected(found: Books, references: Iterable[tuple[str, str]]) -> list[str]:
    """Return the journal transactions that nothing asked for."""
    return [f"{reference} was never asked for" for reference in set(found.journal) - set(references)]
