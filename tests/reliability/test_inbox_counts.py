"""The in-app inbox on a real engine: entries come, are read one by one and all at once, and the count stays right."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.storage.reads import get, query_all
from shared.messaging.notifications import inbox, reading
from shared.messaging.notifications.items import Inbox, Notification, notification_id, notifications_pk
from tests.clock import START

USER = "usr_1"
MESSAGES = 40
SEED = 20260301


def _come(number):
    entry = inbox.Entry(USER, f"msg_{number}", "progress", "Title", "Text")
    kept = None
    while kept is None:
        with suppress(Unavailable):
            kept = inbox.keep(entry, now=START)


def _read(number):
    with suppress(NotFound):
        reading.mark_read(USER, notification_id(number), now=START)


def _read_all(_):
    reading.mark_all_read(USER)


@pytest.mark.covers("S-N-04", "S-N-05", "S-N-06")
@pytest.mark.parametrize("seed", range(SEED, SEED + 3))
def test_the_count_is_right_whoever_reads_and_writes_at_once(stage, seed):
    dice = random.Random(seed)
    # Each message comes twice, as a sender that lost its answer sends it.
    jobs = [(_come, number) for number in range(MESSAGES)] * 2
    jobs += [(_read, dice.randint(1, MESSAGES)) for _ in range(MESSAGES)]
    jobs += [(_read_all, None)] * 3
    dice.shuffle(jobs)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda job: job[0](job[1]), jobs))
    pk = notifications_pk(USER)
    inbox = get(Inbox, pk, Inbox.SK)
    key = (Notification.pk == pk) & Notification.sk.startswith("NOTIFICATION#")
    found = [Notification.load(dict(item)) for item in query_all(Notification, key, consistent=True)]
    assert sorted(one.message_id for one in found) == sorted(f"msg_{number}" for number in range(MESSAGES))
    assert [one.number for one in found] == list(range(1, MESSAGES + 1))
    until = inbox.read_until or 0
    unread = [one for one in found if one.read_at is None and one.number > until]
    assert (inbox.sequence, inbox.unread) == (MESSAGES, len(unread)), f"seed {seed}"
    assert reading.unread_count(USER, now=START).count == len(unread)
    _read_all(None)
    assert reading.unread_count(USER, now=START).count == 0


@pytest.mark.covers("S-N-03", "S-N-05")
def test_a_list_of_unread_ones_goes_on_although_all_were_read_meanwhile(stage):
    for number in range(5):
        _come(number)
    page = reading.page(USER, read=False, limit=2, cursor=None, order="newest", now=START)
    assert [one.id for one in page.items] == [notification_id(5), notification_id(4)]
    _read_all(None)
    _come(5)
    rest = reading.page(USER, read=False, limit=2, cursor=page.pagination.next_cursor, order="newest", now=START)
    assert (rest.items, rest.pagination.next_cursor) == ([], None)
