"""R-04: the soaks bite: money bugs planted one by one are each found by a small soak."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from shared.kernel.errors import DomainError
from tests import bank, money, mutants, viewers
from tests.figures import tell
from tests.mutants import Mutant

JOURNAL, RULES = "shared.wallet.journal", "shared.wallet.rules"
PROJECTION = "shared.wallet.projection"
METERING = "shared.live.metering"
SEED = 20260304

Lane = Callable[[int], list[str]]

IN_BANK = [
    Mutant(
        "an account is written over whatever it became",
        JOURNAL,
        "account_write",
        "condition=unchanged",
        "condition=None",
    ),
    Mutant(
        "a reference is applied again",
        JOURNAL,
        "journal_writes",
        "condition=JournalItem.pk.does_not_exist()",
        "condition=None",
    ),
    Mutant(
        "a replay is posted under another key",
        JOURNAL,
        "journal_writes",
        "pk=journal_pk(reference)",
        "pk=journal_pk(reference) + str(entry.sequence)",
    ),
    Mutant(
        "a reference is looked up late",
        JOURNAL,
        "find",
        'journal_pk(reference), "TXN")',
        'journal_pk(reference), "TXN", consistent=False)',
    ),
    Mutant(
        "an entry is written without its transaction",
        JOURNAL,
        "deposit",
        "*writes, account_write",
        "writes[1], account_write",
    ),
    Mutant("the bonus is ignored", JOURNAL, "deposit", "if bonus:", "if False:"),
    Mutant("a hold is released and stays open", JOURNAL, "settle_hold", "[closed, *journal,", "[*journal,"),
    Mutant(
        "a hold is settled twice",
        JOURNAL,
        "_open_with",
        '(HoldItem.status == "OPEN") & (HoldItem.amount == amount)',
        "HoldItem.pk.exists()",
    ),
    Mutant(
        "a hold expires before its time", JOURNAL, "expire_hold", "item.due_at > now", "item.due_at < item.opened_at"
    ),
    Mutant(
        "an account goes below zero",
        RULES,
        "enter",
        "account.available + amount < 0",
        "account.available + amount < -10**9",
    ),
    Mutant("more is held than there is", RULES, "hold", "min(size.want, account.available)", "size.want"),
    Mutant(
        "what is held stays available",
        RULES,
        "hold",
        "available=account.available - granted",
        "available=account.available",
    ),
    Mutant(
        "the rest of a hold does not come back", RULES, "settle", "account.available + held - used", "account.available"
    ),
    Mutant(
        "an entry carries the balance before it",
        RULES,
        "_entered",
        "after.balance, after.sequence, at",
        "after.balance - amount, after.sequence, at",
    ),
    Mutant("a debit is booked against the wrong account", RULES, "spent", "Posting(REVENUE,", "Posting(CLEARING,"),
    Mutant(
        "the creator's share is rounded up", RULES, "spent", "earner_permille // 1000", "earner_permille // 1000 + 1"
    ),
    Mutant(
        "the platform misses what arrives early",
        PROJECTION,
        "project",
        "sum(_count(item) for item in _missing(",
        "sum(_count(journal) for _ in _missing(",
    ),
    Mutant(
        "the platform counts repeats",
        PROJECTION,
        "_count",
        "sequence - 1)",
        "sequence - 1) | WatermarkItem.pk.exists()",
    ),
]

IN_METERING = [
    Mutant(
        "a tick is charged whatever was charged before",
        f"{METERING}.ticks",
        "_IN_TURN",
        "last_index = :last",
        "last_index >= :last",
    ),
    Mutant("a tick is charged on an empty lease", f"{METERING}.ticks", "_IN_TURN", " AND lease_left >= cost", ""),
    Mutant(
        "a tick revives who had fallen silent",
        f"{METERING}.ticks",
        "_IN_TURN",
        "last_seen >= :heard",
        "last_seen <> :heard",
    ),
    Mutant(
        "a tick is charged before its interval",
        f"{METERING}.ticks",
        "_IN_TURN",
        "opens_at BETWEEN :opened AND :now",
        "opens_at >= :opened AND opens_at <> :now",
    ),
    Mutant(
        "skipped intervals are free",
        f"{METERING}.rules",
        "owed",
        "(tick.index - viewing.last_index) * viewing.cost",
        "viewing.cost",
    ),
    Mutant(
        "the price is rounded down",
        f"{METERING}.rules",
        "credits_for_interval",
        "-(-playback_ms * rate_per_minute // MINUTE_MS)",
        "playback_ms * rate_per_minute // MINUTE_MS",
    ),
    Mutant(
        "a lease's evidence is lost when it is renewed",
        f"{METERING}.sessions",
        "renew",
        "[going_on, kept] if item.evidence else [going_on]",
        "[going_on]",
    ),
    Mutant(
        "the tick that renews is free",
        f"{METERING}.sessions",
        "renew",
        "lease_left.set(item.lease_left + granted - owed)",
        "lease_left.set(item.lease_left + granted)",
    ),
    Mutant(
        "the end of a stream is overlooked",
        f"{METERING}.rules",
        "due_at_end",
        "if off_air else 0",
        "if off_air and not off_air else 0",
    ),
    Mutant(
        "whoever never ticks watches free",
        f"{METERING}.rules",
        "due_at_end",
        "_opened(viewing, min(until, silent_at(viewing))) * viewing.cost, NOTHING",
        "NOTHING",
    ),
    Mutant(
        "a silent viewer pays for ever",
        f"{METERING}.rules",
        "due_at_end",
        "min(until, silent_at(viewing))",
        "off_air or at + timedelta(minutes=5)",
    ),
    Mutant(
        "a session is read late",
        f"{METERING}.sessions",
        "read_viewing",
        "viewing_pk(session_id), VIEWING_SK)",
        "viewing_pk(session_id), VIEWING_SK, consistent=False)",
    ),
    Mutant(
        "a pause is taken off twice",
        f"{METERING}.sessions",
        "follow",
        "ViewingItem.paused_ms.set(stream.paused_ms)",
        "ViewingItem.paused_ms.set(item.paused_ms or 0)",
    ),
    Mutant("a pause counts as silence", f"{METERING}.rules", "gone_at", "(viewing.paused_at or now)", "now"),
    Mutant(
        "a tick is charged while its stream is paused",
        f"{METERING}.rules",
        "judge",
        "if viewing.paused_at:",
        "if False:",
    ),
    Mutant("silence is overlooked", f"{METERING}.rules", "judge", "> SILENCE_MS", "> 10 * SILENCE_MS"),
]


def _bank(seed: int) -> list[str]:
    result = bank.soak(seed, count=400, times=1100, users=6, rate=0.2)
    books = money.books()
    wrong = money.problems(books) + money.unexpected(books, result.references()) + bank.wrong_replies(result, books)
    return wrong or money.platform_problems(books, random.Random(seed)) + result.crashes


def _metering(seed: int) -> list[str]:
    share = viewers.simulate(seed, share=seed, viewers=10, minutes=18, rate=0.1, sleepy=0.005)
    errors = {session: charged - due for session, (_, _, due, charged) in share.sessions.items()}
    return share.wrong + [f"{session} is off by {error}" for session, error in errors.items() if error]


LANES = [*((mutant, _bank) for mutant in IN_BANK), *((mutant, _metering) for mutant in IN_METERING)]
SAMPLE = LANES[::7]
"""A few in every change; all of them in a soak."""


HUNTS = 6
"""Seeds tried until a bug is found; a soak of full size takes longer than all of them."""


def _found(mutant: Mutant, lane: Lane, seed: int) -> list[str]:
    """Return what a soak says about a bug; one that breaks the soak itself is found as well."""
    with mutants.planted(mutant):
        try:
            return lane(seed)
        except (LookupError, ValueError, AssertionError, DomainError) as failure:
            return [repr(failure)]


def _hunt(mutant: Mutant, lane: Lane) -> None:
    first, began = money.seed(SEED), time.monotonic()
    # A small soak does not come to every corner with every seed.
    for seed in range(first, first + HUNTS):
        found = _found(mutant, lane, seed)
        if found:
            break
    took = round(time.monotonic() - began, 1)
    tell({"bug": mutant.bug, "seed": seed, "seconds": took, "problems": len(found), "first": found[:1]})
    assert found, "the bug was not found"


def _named(lanes: Sequence[tuple[Mutant, Lane]]) -> Any:
    ids = [mutant.bug.replace(" ", "-") for mutant, _ in lanes]
    return pytest.mark.parametrize(("mutant", "lane"), lanes, ids=ids)


@pytest.mark.soak
@pytest.mark.covers("R-04")
@_named([lane for lane in LANES if lane not in SAMPLE])
def test_a_planted_bug_is_found(mutant: Mutant, lane: Lane, stage: str) -> None:
    _hunt(mutant, lane)


@pytest.mark.covers_partly("R-04", missing="no mutation score of ledger, meter and sign-in is reckoned")
@_named(SAMPLE)
def test_a_planted_bug_is_found_in_every_change(mutant: Mutant, lane: Lane, stage: str) -> None:
    _hunt(mutant, lane)


@pytest.mark.covers("R-04")
@pytest.mark.parametrize("lane", [_bank, _metering])
def test_nothing_is_found_where_no_bug_was_planted(lane: Lane, stage: str) -> None:
    assert lane(money.seed(SEED)) == []


def test_there_are_enough_bugs_and_each_still_fits_the_code() -> None:
    assert len(LANES) >= 12
    for mutant, _ in LANES:
        with mutants.planted(mutant):
            pass
