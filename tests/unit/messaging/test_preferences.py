"""What people want to get: one rule for the gate and for what users are shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.categories import Channel
from shared.messaging.categories import CATEGORIES
from shared.messaging.recipients import preferences

CELLS = [(name, channel) for name, category in CATEGORIES.items() for channel in category.channels]
muted_sets = st.sets(
    st.sampled_from([f"{name}:{channel}" for name, channel in CELLS] + [f"{name}:*" for name in CATEGORIES])
)
changes = st.dictionaries(
    st.sampled_from(sorted(preferences.CHOOSABLE)),
    st.dictionaries(st.sampled_from([Channel.IN_APP, Channel.EMAIL]), st.booleans()),
)


@pytest.mark.covers("X-N-01")
def test_everything_is_wanted_unless_it_was_muted():
    assert preferences.matrix(()) == {
        name: {Channel.IN_APP: True, Channel.EMAIL: True} for name in ("balance", "guide", "progress")
    }


@pytest.mark.covers("X-N-02")
@pytest.mark.parametrize("name", [name for name, category in CATEGORIES.items() if category.critical])
def test_what_is_critical_cannot_be_muted(name):
    muted = {f"{name}:*", *(f"{name}:{channel}" for channel in Channel)}
    assert all(preferences.wanted(CATEGORIES[name], channel, muted) for channel in Channel)
    assert name not in preferences.CHOOSABLE


@pytest.mark.covers("X-N-01")
@given(muted_sets, st.sampled_from(CELLS))
def test_the_matrix_and_the_gate_go_by_one_rule(muted, cell):
    name, channel = cell
    if name in preferences.CHOOSABLE:
        shown = preferences.matrix(muted)[name][channel]
        assert shown == preferences.wanted(CATEGORIES[name], channel, muted)
        assert shown == (f"{name}:{channel}" not in muted and f"{name}:*" not in muted)


@given(muted_sets, changes)
def test_a_change_sets_its_cells_and_leaves_the_others(muted, change):
    before = preferences.matrix(muted)
    after = preferences.matrix(preferences.muted_after(muted, change))
    for name, row in before.items():
        for channel, was in row.items():
            assert after[name][channel] == change.get(name, {}).get(channel, was)
    others = {entry for entry in muted if entry.partition(":")[0] not in preferences.CHOOSABLE}
    assert others <= set(preferences.muted_after(muted, change))


def test_what_is_no_category_or_no_channel_of_it_is_named():
    asked = {"partner-ask": {"SMS": False}, "balance": {"SMS": False, "EMAIL": False}, "account": {}}
    assert [field for field, _ in preferences.problems(asked)] == [
        "channels.partner-ask",
        "channels.balance.SMS",
        "channels.account",
    ]
