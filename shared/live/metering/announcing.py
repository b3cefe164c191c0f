"""Telling viewers live what metering did: the balance as it moves, the warning, the end."""

from datetime import datetime

from shared import wallet
from shared.kernel.realtime import publish
from shared.live.metering import rules
from shared.live.metering.events import ViewingEnded
from shared.live.metering.items import ViewingItem
from shared.live.metering.messages import CreditsExhausted, LowBalance, ViewingOver
from shared.live.metering.rules import Reason


def announce_tick(before: ViewingItem, after: ViewingItem, *, now: datetime) -> None:
    """Tell a viewer the balance after a tick, and warn when this tick took it below the threshold.

    The news of a tick may come after the session was settled: then its end tells the balance.
    """
    unsettled = rules.used(after.viewing())
    balance = wallet.push_balance(after.user_id, unsettled=unsettled, held=after.held, now=now)
    if balance is None:
        return
    was = balance + (after.last_index - before.last_index) * after.cost
    if balance < wallet.LOW_BALANCE <= was:
        seconds = balance // after.cost * rules.INTERVAL_MS // 1000
        message = LowBalance(session_id=after.session_id, remaining_credits=balance, seconds_left=seconds)
        publish(message, after.user_id, now=now)


def announce_end(event: ViewingEnded, *, now: datetime) -> None:
    """Tell a viewer that a session is over, why, and what the balance is now."""
    if event.reason == Reason.EXHAUSTED:
        exhausted = CreditsExhausted(session_id=event.session_id, stream_id=event.stream_id)
        publish(exhausted, event.user_id, now=now)
    over = ViewingOver(
        session_id=event.session_id,
        stream_id=event.stream_id,
        reason=event.reason,
        charged=event.charged,
        returned=event.returned,
    )
    publish(over, event.user_id, now=now)
    wallet.push_balance(event.user_id, now=now)
