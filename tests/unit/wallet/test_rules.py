"""The wallet's decisions: nothing is made or lost, nothing goes below zero, entries have no gaps."""

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.wallet import rules
from shared.wallet.errors import HoldClosed, InsufficientCredits
from shared.wallet.rules import Account, HoldSize, Posting
from tests.clock import START

amounts = st.integers(0, 10**12)
positive = st.integers(1, 10**12)
instants = st.integers(-10_000, 10_000).map(lambda seconds: START + timedelta(seconds=seconds))
accounts = st.builds(
    Account,
    version=st.integers(0, 1000),
    available=amounts,
    held=amounts,
    sequence=st.integers(0, 1000),
    open_holds=st.integers(1, 5),
    last_entry_at=st.none() | instants,
)
kinds = st.sampled_from(["DEPOSIT", "DEBIT", "REFUND", "ADJUSTMENT"])


@pytest.mark.covers("S-W-23")
@pytest.mark.parametrize(
    ("balance", "colour"),
    [(0, "red"), (9_999, "red"), (10_000, "yellow"), (49_999, "yellow"), (50_000, "green"), (10**12, "green")],
)
def test_a_balance_has_a_colour(balance: int, colour: str) -> None:
    assert rules.level(balance) == colour


@pytest.mark.covers("X-W-16", "S-W-15")
@given(accounts, kinds, st.integers(-(10**12), 10**12).filter(bool), instants)
def test_an_entry_follows_the_one_before_and_carries_the_balance_after_it(
    account: Account, kind: rules.EntryType, amount: int, now: datetime
) -> None:
    assume(account.available + amount >= 0)
    after, entry = rules.enter(account, kind, amount, now=now)
    assert (after.available, after.held, after.open_holds) == (
        account.available + amount,
        account.held,
        account.open_holds,
    )
    assert (entry.type, entry.amount, entry.balance, entry.sequence) == (
        kind,
        amount,
        after.balance,
        account.sequence + 1,
    )
    assert after.sequence == entry.sequence
    assert entry.at == after.last_entry_at == max(now, account.last_entry_at or now)


@pytest.mark.covers("S-W-11", "S-W-16", "X-W-03")
@given(accounts, kinds, positive, instants)
def test_no_entry_takes_more_than_is_available(
    account: Account, kind: rules.EntryType, beyond: int, now: datetime
) -> None:
    with pytest.raises(InsufficientCredits):
        rules.enter(account, kind, -account.available - beyond, now=now)


def test_an_entry_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="moves something"):
        rules.enter(Account(available=5), "DEPOSIT", 0, now=START)


@pytest.mark.covers("X-W-04")
@given(accounts, amounts, positive, st.booleans())
def test_a_hold_takes_whole_units_up_to_what_is_wanted_and_available(
    account: Account, want: int, unit: int, new: bool
) -> None:
    size = HoldSize(want, unit)
    if min(want, account.available) < unit:
        with pytest.raises(InsufficientCredits):
            rules.hold(account, size, new=new)
        return
    after, granted = rules.hold(account, size, new=new)
    assert 0 < granted <= min(want, account.available) < granted + unit
    assert granted % unit == 0
    assert (after.available, after.held) == (account.available - granted, account.held + granted)
    assert (after.balance, after.sequence) == (account.balance, account.sequence)
    assert after.open_holds == account.open_holds + new


def test_a_hold_without_a_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        rules.hold(Account(available=5), HoldSize(5, 0), new=True)


@pytest.mark.covers("X-W-04", "X-W-05")
@given(accounts, st.data(), instants)
def test_settling_takes_what_was_used_and_returns_the_rest(
    account: Account, data: st.DataObject, now: datetime
) -> None:
    held = data.draw(st.integers(0, account.held))
    used = data.draw(st.integers(0, held))
    after, entry = rules.settle(account, held, used, now=now)
    assert (after.available, after.held) == (account.available + held - used, account.held - held)
    assert (after.balance, after.open_holds) == (account.balance - used, account.open_holds - 1)
    if used:
        assert entry is not None
        assert (entry.type, entry.amount, entry.balance) == ("DEBIT", -used, after.balance)
        assert entry.sequence == after.sequence == account.sequence + 1
    else:
        assert (entry, after.sequence) == (None, account.sequence)


@pytest.mark.parametrize(("held", "used"), [(5, 6), (5, -1)])
def test_no_more_is_settled_than_is_held(held: int, used: int) -> None:
    with pytest.raises(ValueError, match="cannot settle"):
        rules.settle(Account(held=10, open_holds=1), held, used, now=START)


def test_a_hold_that_the_account_does_not_have_any_more_was_settled() -> None:
    with pytest.raises(HoldClosed):
        rules.settle(Account(held=10, open_holds=1), 11, 0, now=START)


@pytest.mark.covers("X-W-01", "X-W-30", "S-W-07")
@given(positive, st.none() | st.just("usr_creator"), st.integers(0, 1000))
def test_a_debit_is_shared_between_creator_and_platform_without_a_rest(
    amount: int, earner: str | None, permille: int
) -> None:
    postings = rules.spent("usr_viewer", amount, earner=earner, earner_permille=permille)
    shares = {posting.account: posting.amount for posting in postings}
    assert rules.balanced(postings)
    assert len(shares) == len(postings) >= 2
    assert shares["customer:usr_viewer"] == -amount
    assert shares.get("creator:usr_creator", 0) == (amount * permille // 1000 if earner else 0)
    assert shares["platform:revenue"] >= 0


@given(st.lists(st.integers(-100, 100), max_size=6))
def test_a_transaction_balances_when_its_postings_sum_to_zero(drawn: list[int]) -> None:
    postings = [Posting(str(number), amount) for number, amount in enumerate(drawn)]
    assert rules.balanced(postings) == (sum(drawn) == 0)


@pytest.mark.covers("S-W-14")
@given(st.lists(st.integers(-1000, 1000), max_size=20), st.lists(amounts, max_size=5), amounts, amounts)
def test_the_drift_is_what_an_account_holds_beyond_its_entries_and_holds(
    entries: list[int], holds: list[int], available: int, held: int
) -> None:
    balance, set_aside = rules.drift(Account(available=available, held=held), entries, holds)
    assert balance + sum(entries) == available + held
    assert set_aside + sum(holds) == held
