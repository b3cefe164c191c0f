"""Sending: what drives a message on, from whatever point it stands at (X-A-26, X-A-35).

``advance`` may be called any number of times, in any order, by several at once, and may die anywhere. Before every call
of a provider a claim is committed, after it the outcome; a claim without an outcome is resolved by asking the
provider what it has before anything is sent again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from aws_lambda_powertools.metrics import MetricUnit

from shared.kernel.categories import PHONE, Channel
from shared.kernel.errors import Unavailable
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.tries import pause
from shared.kernel.storage.writes import Write, transact
from shared.kernel.telemetry import logger, metrics
from shared.messaging.items import address_hash
from shared.messaging.message_items import Attempt, Message, message_pk
from shared.messaging.outgoing import WAITS, OutcomeUnknown, Outgoing, Refused, Taken, Words
from shared.messaging.providers.adapters import adapter, askable
from shared.messaging.recipients import suppression, unsubscribe
from shared.messaging.sending import budgets, counters, delivery, gate, progress, send_context
from shared.messaging.sending.budgets import OverBudget, Reservation
from shared.messaging.sending.claim import UNKNOWN_AFTER, Claimed, claim
from shared.messaging.sending.gate import Block, ChannelOption, Defer, Facts, Send
from shared.messaging.sending.render_message import WindowClosed, render_message
from shared.messaging.sending.send_context import SendContext
from shared.messaging.templates.rendering import NoWords

STEPS = 16
"""Steps of one call: channels tried in a row, and reads again after somebody else was faster."""

BACKOFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
)
"""Waits before another try on the same channel; after the last the next channel is tried."""

UNTOLD = timedelta(minutes=15)
"""How long a provider that cannot be asked (SES) has to tell that it took a message, before it is sent again."""

LATENESS, LATE = "MessageLateness", "LateMessages"
"""Metrics: seconds from when a message was allowed to leave until a provider first took it; how many were too late
(S-A-64, D-25)."""

STOPPED = "MessagesStopped"
"""Counts messages that nothing may carry: no consent, suppressed, unknown … (X-O-05)."""

OVER_BUDGET = "MessagesOverBudget"
"""Metric: how many messages a budget kept from leaving on a channel; somebody is told of the first."""

IN_TIME = timedelta(seconds=60)
"""How long after it was allowed a message may leave; what leaves later is counted, and somebody is told."""


@dataclass(frozen=True, slots=True)
class _Ready:
    way: ChannelOption
    words: Words
    reserved: Reservation | None


def advance(message_id: str, *, now: datetime) -> None:
    """Do what is due on a message; nothing where nothing is.

    Raises:
        Unavailable: others kept changing what it stands on; the sweep comes again.
    """
    for step in range(STEPS):
        message = reads.get(Message, message_pk(message_id), Message.SK)
        if message is None or message.due_at is None or message.due_at > now:
            return
        try:
            if not _step(message, now):
                return
        except VersionConflict:
            pause(step)
    raise Unavailable


def _step(message: Message, now: datetime) -> bool:
    """Take the step that is due and return whether another may be due at once."""
    if message.status == "SENDING":
        return _ask(message, now)
    known = send_context.read(message, now)
    decided = _decide(known)
    if isinstance(decided, _Ready):
        return _send(known, decided, now)
    if isinstance(decided, Defer):
        _defer(message, decided, now)
    else:
        _stop(known, decided, now)
    return False


def _decide(known: SendContext) -> _Ready | Defer | Block:
    """Ask the gate, put the message into words and set its units aside; what fails rules a channel out."""
    asked = _facts(known)
    while True:
        decision = gate.decide(asked)
        if not isinstance(decision, Send):
            return decision
        try:
            said = render_message(known, decision.way, now=known.facts.now)
            return _Ready(decision.way, said, _reserved(known, decision.way, said))
        except NoWords as trouble:
            logger().error("message_without_words", template=known.message.template, trouble=type(trouble).__name__)
            found = "TEMPLATE"
        except WindowClosed:
            found = "WHATSAPP_WINDOW"
        except OverBudget as over:
            _tell(over)
            found = "BUDGET"
        asked = replace(asked, found={**asked.found, decision.way.channel: found})


def _tell(over: OverBudget) -> None:
    """Let somebody look: real growth, or somebody who makes us text numbers that pay them (X-A-04)."""
    kind, _, which = over.scope.partition(":")
    # A block of numbers is nearly one.
    logger().warning("message_over_budget", kind=kind, which=None if kind == "prefix" else which)
    metrics().add_metric(name=OVER_BUDGET, unit=MetricUnit.Count, value=1)


def _facts(known: SendContext) -> Facts:
    """Return what the gate is asked: a message that was sent and not confirmed goes on to its next channel."""
    if known.message.status != "SENT" or known.message.channel is None:
        return known.facts
    return replace(known.facts, tried=known.facts.tried | {Channel(known.message.channel)})


def _reserved(known: SendContext, way: ChannelOption, said: Words) -> Reservation | None:
    if way.channel not in PHONE:
        return None
    return budgets.reserve(known.limits, said.segments, now=known.facts.now)


def _defer(message: Message, decision: Defer, now: datetime) -> None:
    if message.status == "SENT":
        transact([progress.looked_at(message, decision.until)])
    else:
        transact(progress.deferred(message, decision.until, decision.reason, now))


def _stop(known: SendContext, decision: Block, now: datetime) -> None:
    """End a message that no channel may carry: as sent where one did and nothing says that it did not arrive."""
    message = known.message
    if message.status == "SENT" or message.unconfirmed:
        transact([progress.unconfirmed(message)])
    elif message.tried and decision.status == "BLOCKED":
        transact(progress.ended(message, "FAILED", message.reason or decision.reason, now))
    else:
        next_time = decision.reason == "FREQUENCY"
        kept = counters.kept_back(message, known.category, known.counters, now) if next_time else []
        transact([*progress.ended(message, decision.status, decision.reason, now), *kept])
        metrics().add_metric(name=STOPPED, unit=MetricUnit.Count, value=1)


def _send(known: SendContext, ready: _Ready, now: datetime) -> bool:
    try:
        claimed = claim(known, ready.way, ready.words, now=now)
    except VersionConflict:
        _return(ready.reserved)
        raise
    _, attempt = claimed
    outgoing = Outgoing(
        message_id=attempt.message_id,
        attempt=attempt.attempt,
        channel=ready.way.channel,
        to=attempt.address,
        words=ready.words,
        claimed_at=now,
        unsubscribe=_unsubscribe(known, ready.way),
        conversation=ready.way.conversation,
        category=known.category.name,
        within=gate.leaves_by(known.facts, WAITS) - now,
    )
    try:
        taken = adapter(ready.way.channel).send(outgoing)
    except OutcomeUnknown:
        delivery.apply(attempt.message_id, attempt.attempt, "UNKNOWN", known=claimed, now=now)
        return False
    except Refused as refusal:
        _return(ready.reserved)
        return _refused(attempt, refusal, now)
    _taken(claimed, taken, now)
    return False


def _taken(known: Claimed, taken: Taken, now: datetime) -> None:
    message, attempt = known
    state = "DELIVERED" if taken.arrived else "QUEUED"
    delivery.apply(attempt.message_id, attempt.attempt, state, provider_id=taken.provider_id, known=known, now=now)
    if message.sent_at is None and message.allowed_at is not None:
        late = attempt.claimed_at - message.allowed_at
        metrics().add_metric(name=LATENESS, unit=MetricUnit.Seconds, value=late.total_seconds())
        metrics().add_metric(name=LATE, unit=MetricUnit.Count, value=int(late > IN_TIME))


def _return(reserved: Reservation | None) -> None:
    if reserved:
        budgets.give_back(reserved)


def _unsubscribe(known: SendContext, way: ChannelOption) -> str | None:
    if way.channel is not Channel.EMAIL or way.address is None or not known.category.one_click:
        return None
    return unsubscribe.token(address_hash(way.address), known.category.name, known.message.recipient_id)


def _refused(attempt: Attempt, refusal: Refused, now: datetime) -> bool:
    """Note a refusal: the same channel later, or the next one at once; return whether at once."""
    if refusal.suppress:
        reason = cast("suppression.Reason", refusal.suppress)
        suppression.suppress(attempt.address, reason, source=f"{attempt.message_id}-{attempt.attempt}", now=now)
    message, standing = reads.get_many(progress.keys(attempt.message_id, attempt.attempt))
    if message.status != "SENDING" or message.attempt != attempt.attempt or standing.state != "CLAIMED":
        return True
    retries = message.retries or 0
    goes_on: list[Write]
    if refusal.again and retries < len(BACKOFF):
        goes_on = [progress.retried(message, refusal.code, now + BACKOFF[retries])]
    else:
        goes_on = _given_up(message, attempt, refusal.code, now)
    transact([*goes_on, progress.attempt(standing, "REFUSED", Attempt.code.set(refusal.code))])
    return True


def _ask(message: Message, now: datetime) -> bool:
    """Resolve a claim without an outcome: what the provider has counts, what it has not is tried again."""
    _, attempt = reads.get_many(progress.keys(message.message_id, message.attempt))
    provider = askable(Channel(attempt.channel))
    if provider is None:
        if attempt.channel == Channel.EMAIL and now < attempt.claimed_at + UNTOLD:
            transact([progress.looked_at(message, attempt.claimed_at + UNTOLD)])
            return False
        return _lost(message, attempt, now)
    try:
        taken = provider.find(_as_sent(message, attempt))
    except (OutcomeUnknown, Refused):
        if now >= message.valid_until:
            transact(progress.ended(message, "FAILED", "OUTCOME_UNKNOWN", now))
        else:
            transact([progress.looked_at(message, now + UNKNOWN_AFTER)])
        return False
    if taken is None:
        return _lost(message, attempt, now)
    _taken((message, attempt), taken, now)
    return False


def _as_sent(message: Message, attempt: Attempt) -> Outgoing:
    said = Words(text=attempt.text or "", version=0, segments=attempt.segments, reference=attempt.reference or "")
    return Outgoing(
        message_id=message.message_id,
        attempt=attempt.attempt,
        channel=Channel(attempt.channel),
        to=attempt.address,
        words=said,
        claimed_at=attempt.claimed_at,
        category=message.category,
    )


def _lost(message: Message, attempt: Attempt, now: datetime) -> bool:
    goes_on: list[Write]
    if (message.retries or 0) < len(BACKOFF):
        goes_on = [progress.retried(message, "LOST", now)]
    else:
        goes_on = _given_up(message, attempt, "LOST", now)
    transact([*goes_on, progress.attempt(attempt, "LOST")])
    return True


def _given_up(message: Message, attempt: Attempt, reason: str, now: datetime) -> list[Write]:
    return [progress.next_channel(message, reason, now), progress.channel_failed(message, attempt, reason, now)]
