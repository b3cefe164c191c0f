"""Channels spread their subscribers, and a person's own channel is theirs alone."""

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.realtime import USER, ChannelKind
from tests.triggers import principal

ROOM = ChannelKind("room", lambda _principal, _id: True, shards=16)


def test_the_user_channel_is_for_its_user():
    assert USER.may_join(principal("usr_a"), "usr_a")
    assert not USER.may_join(principal("usr_a"), "usr_b")


@given(st.text(min_size=1, max_size=40))
def test_a_subscription_lies_in_one_of_the_partitions_that_are_read(connection_id):
    assert ROOM.partition("1", connection_id) in ROOM.partitions("1")


def test_subscriptions_are_spread():
    used = {ROOM.partition("1", f"con-{number}") for number in range(500)}
    assert used == set(ROOM.partitions("1"))
    assert len(USER.partitions("usr_a")) == 1
