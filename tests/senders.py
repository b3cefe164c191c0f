"""One sender at work, and what may come between any two of its calls."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.kernel.storage import reads
from shared.messaging import Channel, phones
from shared.messaging.limit_items import Spent, budget_pk
from shared.messaging.recipients import suppression
from shared.messaging.sending import budgets, delivery, dispatch
from tests import carriers, faults, messages
from tests.carriers import Carrier
from tests.clock import START
from tests.mailroom import CALLS, phone
from tests.mutants import Mutant


@dataclass(frozen=True)
class Run:
    """One message to a person of its own."""

    number: int
    channels: tuple[Channel, ...] = (Channel.SMS,)
    voicemail: bool = False

    @property
    def person(self) -> str:
        return f"ptn_{self.number}"

    @property
    def topic(self) -> str:
        return f"run:{self.number}"

    @property
    def subject(self) -> str:
        return f"usr_{self.number}"

    def ask(self, *, at: datetime = START) -> str:
        mail = f"pat{self.number}@example.com" if Channel.EMAIL in self.channels else None
        messages.enlist(
            self.person, phone=phone(self.number), email=mail, channels=self.channels, voicemail=self.voicemail
        )
        words = messages.WORDS | {"user_name": f"Ada {self.number}"}
        return messages.ask(
            f"m{self.number}", to=self.person, topics=(self.topic,), variables=words, subject_id=self.subject, at=at
        )


def settle(carrier: Carrier, message_id: str, last: int) -> None:
    """Work a message that a dead sender left, as the sweep does, until nothing is due; SES tells what mails it took."""
    now = START + timedelta(seconds=last)
    for _ in range(9):
        now += timedelta(minutes=2)
        for one in carrier.taken:
            if one.message_id == message_id and one.channel is Channel.EMAIL:
                delivery.apply(message_id, one.attempt, "SENT", now=now)
        dispatch.advance(message_id, now=now)


def taken_of(carrier: Carrier, message_id: str) -> list[Channel]:
    return [one.channel for one in carrier.taken if one.message_id == message_id]


def warm() -> None:
    """Work a message of nobody's, so that the template is at hand as in a function that runs already."""
    messages.enlist("ptn_warm", phone="+447400999999")
    dispatch.advance(messages.ask("warm", to="ptn_warm", subject_id=None, topics=()), now=START)


def _withdraw(run: Run) -> None:
    messages.agree(run.person, *run.channels, kind="WITHDRAWN")


def _stop(run: Run) -> None:
    suppression.suppress(phone(run.number), "STOP", source=f"SM{run.number}", now=START)


def _work(run: Run) -> None:
    dispatch.advance(messages.MessageRequest(f"m{run.number}", "", "", "").message_id, now=START)


WORKER = "another worker"

OVERTAKERS: dict[str, Callable[[Run], Any]] = {
    "a log": lambda run: messages.close(run.topic),
    "a STOP": _stop,
    "a withdrawal": _withdraw,
    "a farewell": lambda run: messages.leave(run.person),
    "a pause": lambda run: messages.rest(run.person, START + timedelta(days=9)),
    "a suspension": lambda run: messages.suspend(run.subject),
    WORKER: _work,
}


def retried(name: str, channels: tuple[Channel, ...], failure: str) -> list[str]:
    """Let something come before each call of a sender's second try, on the same channel or on the next one."""
    found: list[str] = []
    with carriers.carried(Carrier()) as carrier:
        warm()
        position, calls = 0, 1
        while position < calls:
            run = Run(100 + position, channels)
            ask = run.ask()
            carrier.plan = carriers.script(failure)
            calls, came = _second_try(run, ask, position, OVERTAKERS[name])
            settle(carrier, ask, 0)
            # The first try was refused: what is taken was claimed after it, and what came before the claim stops that.
            if came == "QUEUED" and (got := taken_of(carrier, ask)):
                found.append(f"{name} before call {position} of a second try, when it was {came}: taken by {got}")
            position += 1
    return found


def _second_try(run: Run, ask: str, position: int, act: Callable[[Run], Any]) -> tuple[int, str]:
    """Work a message; before one of the calls of its second try let something happen.

    Returns:
        How many calls that try made, and how the message stood when it happened, empty if it did not.
    """
    seen, stood, busy = [0], list[str](), [False]

    def happen(_: str) -> None:
        if busy[0]:
            return
        busy[0] = True
        standing = messages.standing(ask)
        if standing.attempt > 0 and not (standing.attempt == 1 and standing.status == "SENDING"):
            if seen[0] == position:
                stood.append(standing.status)
                act(run)
            seen[0] += 1
        busy[0] = False

    with faults.injected(happen, operations=CALLS):
        dispatch.advance(ask, now=START)
        dispatch.advance(ask, now=START + timedelta(minutes=1))
    return max(seen[0], 1), stood[0] if stood else ""


def refunded(failure: str) -> list[str]:
    """Let a provider refuse a text, and return the budgets that it still counts in."""
    with carriers.carried(Carrier(carriers.script(failure))):
        run = Run(900)
        dispatch.advance(run.ask(), now=START)
    return _used(run)


def overtaken_spends() -> list[str]:
    """Let a log come between the budget and the claim, and return the budgets that still count."""
    found: list[str] = []
    with carriers.carried(Carrier()):
        warm()
        for position in range(8):
            run = Run(300 + position)
            ask = run.ask()
            overtaken(run, ask, position, OVERTAKERS["a log"])
            if messages.standing(ask).status == "CANCELLED":
                found += _used(run)
    return found


def _used(run: Run) -> list[str]:
    known = phones.describe(phone(run.number))
    scopes = (budgets.payer(run.subject, "partner-ask"), f"prefix:{known.prefix}")
    day = f"SPENT#{START.date().isoformat()}"
    kept = [(scope, reads.get(Spent, budget_pk(scope), day)) for scope in scopes]
    return [f"{scope}: {spent.units}" for scope, spent in kept if spent and spent.units]


CLAIM = "shared.messaging.sending.claim"
OVERLOOKS_TOPICS = Mutant(
    "a claim does not look whether the matter is over",
    CLAIM,
    "claim",
    "for topic in dict.fromkeys(known.message.topics or ())",
    "for topic in ()",
)
OVERLOOKS_STOP = Mutant("a claim overlooks a STOP", CLAIM, "claim", "*_not_suppressed(known, way),", "")


def overtaken(run: Run, ask: str, position: int, act: Callable[[Run], Any]) -> str:
    """Work a message; before one of its calls let something else happen, and return how the message stood then."""
    left, stood, busy = [position], list[str](), [False]

    def happen(_: str) -> None:
        if busy[0] or stood:
            return
        if left[0] == 0:
            busy[0] = True
            stood.append(messages.standing(ask).status)
            act(run)
            busy[0] = False
        left[0] -= 1

    with faults.injected(happen, operations=CALLS):
        dispatch.advance(ask, now=START)
        if not stood:
            stood.append(messages.standing(ask).status)
            busy[0] = True
            act(run)
    return stood[0]


def _once(act: Callable[[], Any]) -> carriers.Plan:
    """Return a plan that lets something happen just before the provider takes a first attempt."""
    left = [act]

    def plan(_: Any) -> None:
        if left:
            left.pop()()

    return plan


def _in_hand(ask: str) -> str:
    """Work a message and return how it stands while the provider is being called."""
    dispatch.advance(ask, now=START)
    return "SENDING"


def overtaking(name: str) -> tuple[list[str], dict[str, int]]:
    """Let something come before each call of a sender in turn.

    Returns:
        What is not as it must be, and how often it was stopped and how often that came too late.
    """
    found: list[str] = []
    figures = {"stopped": 0, "too late": 0}
    with carriers.carried(Carrier()) as carrier:
        plain = Run(0).ask()
        warm()
        with faults.injected(lambda _: None, operations=CALLS) as wire:
            dispatch.advance(plain, now=START)
        calls = wire.calls.total()
        for position in range(calls + 2):
            run = Run(position + 1)
            ask = run.ask()
            if position > calls:
                carrier.plan = _once(lambda run=run: OVERTAKERS[name](run))
            before = overtaken(run, ask, position, OVERTAKERS[name]) if position <= calls else _in_hand(ask)
            settle(carrier, ask, 0)
            got = taken_of(carrier, ask)
            stops = name != WORKER and before == "QUEUED"
            figures["stopped" if stops else "too late"] += 1
            if got != ([] if stops else [Channel.SMS]):
                found.append(f"{name} before call {position}, when it was {before}: taken by {got}")
    return found, figures


def rivals() -> list[str]:
    """Let two users ask one person at once, the one before each call of the other; return where both got through."""
    found: list[str] = []
    with carriers.carried(Carrier()) as carrier:
        first = Run(0).ask()
        warm()
        with faults.injected(lambda _: None, operations=CALLS) as wire:
            dispatch.advance(first, now=START)
        for position in range(wire.calls.total()):
            run = Run(position + 1)
            ask = run.ask()
            rival = messages.ask(f"rival{run.number}", to=run.person, subject_id=None, topics=())
            overtaken(run, ask, position, lambda _, one=rival: dispatch.advance(one, now=START))
            got = len(taken_of(carrier, ask)) + len(taken_of(carrier, rival))
            if got != 1:
                found.append(f"{got} of two asks got through, the second before call {position} of the first")
    return found
