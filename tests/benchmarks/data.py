"""Wallets, streams, viewing sessions and goals to measure with."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from shared import wallet
from shared.accountability.goals.items import DUE_KIND
from shared.kernel.clock import to_ms
from shared.kernel.due import due_shard
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from shared.live import metering
from shared.live import rules as stream_rules
from shared.live.items import EVERY_STREAM, STREAM_SK, Stream, stream_pk
from shared.live.metering.items import VIEWING_SK, ViewingItem, viewing_pk
from shared.wallet.items import AccountItem, EntryItem, account_pk, entry_sk
from shared.wallet.rules import Account
from tests import goals, queues
from tests.calls import Answer, call
from tests.clock import START
from tests.triggers import principal

STREAM = "str_bench"
RATE = 6_000
"""Milli-credits per minute: one credit per interval."""

INTERVALS = 180
"""Ticks of half an hour."""

PLENTY = 1_000_000
"""Milli-credits; a viewer with so much never runs dry here."""

DUE_GOALS = 100
"""Goals whose day ends within the minute that is swept; those of all others end within the following month."""

_PERMISSIONS = ("accountability:use", "live:watch", "wallet:read", "payments:buy", "realtime:connect")


def viewer(name: str) -> Any:
    """Return a signed-in viewer."""
    return principal(f"usr_{name}", *_PERMISSIONS)


def with_credits(name: str) -> Any:
    """Return a signed-in viewer who can pay for everything here."""
    found = viewer(name)
    wallet.deposit(found.user_id, PLENTY, reference=wallet.Reference("PAYMENT", f"pay-{name}"), now=START)
    return found


def stream(stream_id: str, number: int = 0) -> Stream:
    """Return a live stream as it is stored; a higher number started earlier."""
    started = START - timedelta(seconds=number)
    return Stream(
        pk=stream_pk(stream_id),
        sk=STREAM_SK,
        creator_id=derived_id("usr", "creator", str(number)),
        title=f"Sunday strings, part {number:07d}",
        category="Music",
        category_id="music",
        status=stream_rules.StreamStatus.LIVE.value,
        thumbnail_url=f"https://cdn.wellspring.example/thumbnails/{number:07d}.jpg",
        premium_permille=stream_rules.NO_PREMIUM,
        rate_per_minute=RATE,
        viewers=number % 100,
        created_at=started,
        started_at=started,
        listed=EVERY_STREAM,
        listing=stream_rules.listing(
            stream_rules.StreamStatus.LIVE, started_at=started, ended_at=None, stream_id=stream_id
        ),
    )


def open_stream() -> None:
    """Store the stream that everyone watches."""
    commit(Put(stream(STREAM)))


def streams(first: int, last: int) -> Iterator[dict[str, Any]]:
    """Yield live streams as DynamoDB stores them, from one number to another."""
    pattern = stream("str_", 0).dump()
    for number in range(first, last):
        started = to_ms(START) - 1000 * number
        stream_id = f"str_{number:026d}"
        yield pattern | {
            "pk": {"S": stream_pk(stream_id)},
            "title": {"S": f"Sunday strings, part {number:07d}"},
            "listing": {"S": f"LIVE#{started:014d}#{stream_id}"},
            "created_at": {"N": str(started)},
            "started_at": {"N": str(started)},
        }


def statement(user_id: str, first: int, last: int) -> Iterator[dict[str, Any]]:
    """Yield entries of one account as DynamoDB stores them, from one number to another; the account is before 1."""
    pattern = EntryItem(
        pk=account_pk(user_id),
        sk="",
        type="DEPOSIT",
        amount=1000,
        balance=0,
        sequence=0,
        reference_type="PAYMENT",
        reference_id="",
        entry_at=START,
    ).dump()
    for sequence in range(first, last):
        if sequence == 0:
            yield AccountItem.of(user_id, Account(version=1, available=PLENTY)).dump()
            continue
        at = to_ms(START) + 1000 * sequence
        yield pattern | {
            "sk": {"S": entry_sk(at, sequence)},
            "balance": {"N": str(1000 * sequence)},
            "sequence": {"N": str(sequence)},
            "reference_id": {"S": f"pay_{sequence:026d}"},
            "entry_at": {"N": str(at)},
        }


def join(who: Any, number: int = 0) -> str:
    """Join the stream through the API and return the session's id."""
    joined = call(
        "live.join_stream",
        path={"stream_id": STREAM},
        body={"ratePerMinute": "100"},
        caller=who,
        key=f"join-{number}",
        request_id=f"join-{number}",
    )
    assert joined.status == 201, joined.text
    session_id: str = joined.data["sessionId"]
    return session_id


def let_in(who: Any, session_id: str, now: datetime) -> None:
    """Let a viewer into the room; the check that it asks for goes onto a queue of the test's own."""
    with queues.watched():
        metering.let_in(STREAM, session_id, who.user_id, now=now)


def twin_of(session_id: str) -> str:
    """Store a second session like one, of the same viewer, and return its id."""
    item = reads.get(ViewingItem, viewing_pk(session_id), VIEWING_SK)
    assert item is not None
    item.pk = viewing_pk(f"{session_id}-twin")
    commit(Put(item))
    return f"{session_id}-twin"


def tick_body(session_id: str, index: int) -> dict[str, Any]:
    """Return the body of a tick."""
    return {"streamId": STREAM, "sessionId": session_id, "intervalIndex": index, "playbackMs": 10_000}


def tick(who: Any, session_id: str, index: int) -> Answer:
    """Charge one interval through the API."""
    answer = call("live.record_tick", body=tick_body(session_id, index), caller=who)
    assert answer.status == 200, answer.text
    return answer


def leave(who: Any, session_id: str) -> Answer:
    """Leave through the API."""
    answer = call("live.leave_stream", path={"stream_id": STREAM, "session_id": session_id}, caller=who)
    assert answer.status == 200, answer.text
    return answer


def goal_id(number: int) -> str:
    """Return the id of the goal of a number; it is of ``usr_<number>``."""
    return f"gol_{number:026d}"


def stored_goals(first: int, last: int) -> Iterator[dict[str, Any]]:
    """Yield goals as DynamoDB stores them, from one number to another: the first hundred are due in the next minute."""
    pattern = goals.goal(goals.member("usr_0"), goal_id(0)).dump()
    month = 30 * 24 * 3600
    for number in range(first, last):
        pk = f"USER#usr_{number}"
        after = 60 * number // DUE_GOALS if number < DUE_GOALS else 3600 + number * 7919 % month
        ends = {"N": str(to_ms(START) + 1000 * after)}
        yield pattern | {
            "pk": {"S": pk},
            "sk": {"S": f"GOAL#{goal_id(number)}"},
            "goal_id": {"S": goal_id(number)},
            "user_id": {"S": f"usr_{number}"},
            "due_shard": {"S": due_shard(DUE_KIND, pk)},
            "due_at": ends,
            "closes_at": ends,
            "active_key": {"S": goal_id(number)},
        }


def log_body(number: int) -> dict[str, Any]:
    """Return the body of a log of the goal of a number."""
    return {"goalId": goal_id(number), "completed": True, "notes": "Rainy, but done."}
