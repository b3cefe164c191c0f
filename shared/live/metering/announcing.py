"""Telling viewers what metering did: the balance as it moves, the warning, the end."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from shared import messaging, wallet
from shared.kernel.events import outbox
from shared.kernel.money import Credits, to_decimal
from shared.kernel.realtime import publish
from shared.kernel.storage.writes import commit, transact
from shared.live.metering import rules, sessions
from shared.live.metering.events import BalanceRanLow, ViewingEnded
from shared.live.metering.items import ViewingItem
from shared.live.metering.messages import CreditsExhausted, LowBalance, SessionReplaced, ViewingOver
from shared.live.metering.rules import Reason

WARNING_VALID = timedelta(hours=12)
"""How long it makes sense to tell that a balance runs low."""


def announce_tick(before: ViewingItem, after: ViewingItem, *, now: datetime) -> None:
    """Tell a viewer the balance after a tick, and warn when this tick took it below the threshold.

    The news of a tick may come after the session was settled: then its end tells the balance. What else changes in a
    session uses nothing.
    """
    spent = rules.used(after.viewing()) - rules.used(before.viewing())
    if not spent:
        return
    standing = wallet.push_balance(after.user_id, _used_with(after), hold=after.session_id, now=now)
    if standing is None:
        return
    balance = standing.balance
    was = balance + spent
    if balance < wallet.LOW_BALANCE <= was:
        seconds = balance // after.cost * rules.INTERVAL_MS // 1000
        message = LowBalance(session_id=after.session_id, remaining_credits=balance, seconds_left=seconds)
        publish(message, after.user_id, now=now)
        low = BalanceRanLow(user_id=after.user_id, session_id=after.session_id, index=after.last_index, balance=balance)
        commit(outbox(low, at=now, event_id=f"{after.session_id}-low-{after.last_index}"))


def _used_with(known: ViewingItem) -> Callable[[Sequence[str]], Credits]:
    """Return what finds out what was used, with one session at hand: whoever watches one stream costs no read."""
    return lambda holds: (
        rules.used(known.viewing()) + sessions.used_by([hold for hold in holds if hold != known.session_id])
    )


def warn(event: BalanceRanLow, *, now: datetime) -> None:
    """Ask for the messages that a balance runs low: one in the product, one by mail (S-N-11).

    Each crossing asks; messaging sends both at most once a day (X-N-07).
    """
    in_app = messaging.MessageRequest(
        key=f"balance-low:{event.session_id}:{event.index}",
        recipient_id=event.user_id,
        category="balance",
        template="balance.low",
        variables={"balance": to_decimal(event.balance)},
        valid=WARNING_VALID,
        channels=(messaging.Channel.IN_APP,),
    )
    mail = replace(
        in_app,
        key=f"{in_app.key}:mail",
        channels=(messaging.Channel.EMAIL,),
        companion_of=in_app.message_id,
    )
    with suppress(messaging.AlreadyRequested):
        transact([*messaging.request(in_app, now=now), *messaging.request(mail, now=now)])


def announce_end(event: ViewingEnded, *, now: datetime) -> None:
    """Tell a viewer that a session is over, why, and what the balance is now."""
    if event.reason == Reason.EXHAUSTED:
        exhausted = CreditsExhausted(session_id=event.session_id, stream_id=event.stream_id)
        publish(exhausted, event.user_id, now=now)
    if event.reason == Reason.TAKEN_OVER:
        publish(SessionReplaced(session_id=event.session_id, stream_id=event.stream_id), event.user_id, now=now)
    over = ViewingOver(
        session_id=event.session_id,
        stream_id=event.stream_id,
        reason=event.reason,
        charged=event.charged,
        returned=event.returned,
    )
    publish(over, event.user_id, now=now)
    wallet.push_balance(event.user_id, sessions.used_by, now=now)
