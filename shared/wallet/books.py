"""Reading the books: the trial balance that is always zero, and whether all accounts add up to it (X-W-01, X-W-02).

A shard is exact as of the transactions that it has counted. What the journal's stream has not brought yet is missing
from every line of a shard alike, so a total other than zero is never one of timing.
"""

from shared.kernel.money import NOTHING, Credits
from shared.kernel.storage import reads
from shared.kernel.storage.tries import tries
from shared.kernel.telemetry import logger
from shared.wallet import rules
from shared.wallet.items import CREATOR_PREFIX, TOTALS_SK, BooksItem, CreatorItem, books_pks, creator_sk
from shared.wallet.schemas import NamedAccount, TrialBalance


def trial_balance() -> TrialBalance:
    """Return what every named account comes to. One read, however many customers there are."""
    parts = _parts()
    return TrialBalance(
        accounts=[NamedAccount(name=name, balance=_line(parts, name)) for name in rules.NAMED],
        total=sum((part.total for part in parts), NOTHING),
        transactions=sum(part.transactions for part in parts),
    )


def _parts() -> list[BooksItem]:
    found = reads.get_many([(BooksItem, pk, TOTALS_SK) for pk in books_pks()])
    return [part for part in found if part is not None]


def _line(parts: list[BooksItem], name: str) -> Credits:
    return sum((part.line(name) for part in parts), NOTHING)


def account_balance(account: str) -> Credits:
    """Return the derived balance of a platform or creator account, in milli-credits. One read."""
    if rules.line_of(account) != rules.CREATORS:
        return _line(_parts(), account)
    found = reads.get_many([(CreatorItem, pk, creator_sk(account)) for pk in books_pks()])
    shards: list[Credits] = [part.balance for part in found if part is not None]
    return sum(shards, NOTHING)


def drifts() -> dict[str, Credits]:
    """Return the shards of the books that do not add up, each with by how much."""
    found = {part.pk: part.total or _creators_drift(part) for part in _parts()}
    return {pk: drift for pk, drift in found.items() if drift}


def _creators_drift(part: BooksItem) -> Credits:
    """Return by how much the creators of a shard differ from its total of them, added up while nothing was counted.

    Where something was, every time, the next check tries again.
    """
    key = (CreatorItem.pk == part.pk) & CreatorItem.sk.startswith(CREATOR_PREFIX)
    for _ in tries():
        shares: list[Credits] = [CreatorItem.load(dict(found)).balance for found in reads.query_all(CreatorItem, key)]
        now = reads.get(BooksItem, part.pk, TOTALS_SK)
        if now is not None and now.transactions == part.transactions:
            return sum(shares, NOTHING) - part.creators
        part = now or part
    logger().warning("creators_not_added_up", books=part.pk)
    return NOTHING
