"""Missed days in simulated time: schedules that fire or not, providers that fail, partners who answer, people who log.

What must have come of it is worked out in ``tests.verdicts``.
"""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.accountability.escalation import answers, delivery, ending, starting, steps
from shared.accountability.escalation.items import StepRow
from shared.accountability.events import AskAnswered, DayMissed, GoalLogged
from shared.accountability.policies import rules as policy_rules
from shared.accountability.policies.rules import Kind, Step, Who
from shared.kernel.due import sweep
from shared.kernel.errors import Unavailable
from shared.kernel.events import DomainEvent
from shared.kernel.storage.writes import Put, commit
from shared.messaging import Channel, events
from shared.messaging.limit_items import Budget, budget_pk
from shared.messaging.message_items import DUE_KIND, Message
from shared.messaging.outgoing import Outgoing
from shared.messaging.sending import dispatch
from shared.messaging.sending.delivery import apply
from tests import bus, carriers, faults, messages, queues
from tests import escalations as world
from tests.carriers import Carrier
from tests.clock import START, waits_left_out

MINUTE, HOUR, DAY = 60, 3600, 86_400

WAITS = (0, 10, 25, 45)
"""Minutes after the missed day at which each of the four steps asks one partner."""

PLAN = tuple(Step(number, Who.PARTNERS, Kind.ASK, 1, wait=wait) for number, wait in enumerate(WAITS, start=1))

PARTNERS = (3, 6, 7, 8)

MESSAGES = (
    events.MessageQueued,
    *delivery.STATES,
)

STALE = 0.3
"""Share of the reads that need not be consistent and are not."""

CAUGHT_UP = 45
"""Second of each minute up to which late reads know all by the next sweep: an index is late by seconds."""

PROVIDER_FAILURES = 0.2


@dataclass
class Alert:
    """A goal whose day was missed, and what happened to it. Times are seconds after the start.

    Attributes:
        number: which.
        missed: when its day ended.
        order: its partners, who was asked longest ago first.
        stopped: when a log or an answer put an end to the asking.
        logged: when the user logged.
    """

    number: str
    missed: int
    order: list[str]
    stopped: int | None = None
    logged: int | None = None
    answered: dict[str, str] = field(default_factory=dict)

    @property
    def goal(self) -> str:
        """The goal's id."""
        return f"gol_{self.number}"

    @property
    def user(self) -> str:
        """The user's id."""
        return f"usr_{self.number}"

    def stop(self, at: int) -> None:
        """Note that nobody may be asked any more."""
        self.stopped = at if self.stopped is None else min(self.stopped, at)


class Simulation:
    """One process's share of the alerts, on one clock.

    Attributes:
        random: where all chance comes from.
        now: seconds after the start.
        alerts: by goal.
        counts: what happened how often.
        wrong: what should not have happened.
        tried: when a provider was first called for a message.
        left: when a provider took what of a message.
    """

    def __init__(self, seed: int, *, share: int, alerts: int, rate: float, minutes: int) -> None:
        self.random = random.Random(f"{seed}-{share}")
        self.share, self.rate, self.minutes, self.now = share, rate, minutes, 0
        self.alerts: dict[str, Alert] = {}
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.tried: dict[str, int] = {}
        self.left: defaultdict[str, list[tuple[int, Outgoing]]] = defaultdict(list)
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._number = 0
        self._count = alerts
        self._numbers = iter(self.random.sample(range(2_000_000, 10_000_000), alerts * max(PARTNERS)))
        self._known = 0
        self._wire: faults.Faults
        self._queues: queues.DueQueues
        self._bus: bus.Bus
        self._carrier = Carrier(self._fails)

    def _fails(self, outgoing: Outgoing) -> str | None:
        self.tried.setdefault(outgoing.message_id, self.now)
        return self.random.choice(carriers.FAILURES) if self.random.random() < PROVIDER_FAILURES else None

    def run(self) -> None:
        """Let the time pass: the hours of the alerts, and a day in which late deliveries come."""
        plan = faults.at_random(self.random.randrange(2**32), self.rate)
        with ExitStack() as stack:
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            patch.setitem(policy_rules.SEEDED, "four", PLAN)
            stack.enter_context(waits_left_out())
            for name, value in messages.ENVIRONMENT.items():
                patch.setenv(name, value)
            carriers_ = stack.enter_context(carriers.carried(self._carrier))
            messages.register_sender()
            for kind in ("country", "prefix"):
                _without_budget(f"{kind}:*")
            for number in range(self._count):
                self._begin(f"{self.share}x{number:04d}")
            self._queues = stack.enter_context(queues.watched())
            self._bus = stack.enter_context(bus.overheard())
            self._wire = stack.enter_context(faults.injected(plan, stale=STALE, seed=self.random.randrange(2**32)))
            for minute in range(self.minutes):
                self.later(minute * MINUTE + self.random.randrange(5), self._sweep)
                self.later(minute * MINUTE + CAUGHT_UP, self._wire.catch_up)
            while self._waiting:
                self.now, _, happen = heapq.heappop(self._waiting)
                happen()
            self.counts.update({f"provider {kind}": count for kind, count in carriers_.seen.items()})
        self.counts.update({f"fault {kind}": count for kind, count in self._wire.seen.items()})

    def later(self, at: int, happen: Callable[[], None]) -> None:
        """Let something happen at a time."""
        self._number += 1
        heapq.heappush(self._waiting, (at, self._number, happen))

    @property
    def instant(self) -> datetime:
        """The time it is."""
        return START + timedelta(seconds=self.now)

    def _begin(self, number: str) -> None:
        missed = self.random.randrange(30 * MINUTE)
        partners = [f"ptn_{number}_{place}" for place in range(self.random.choice(PARTNERS))]
        self.random.shuffle(partners)
        alert = Alert(number, missed, partners)
        self.alerts[alert.goal] = alert
        world.put_member(alert.user)
        world.put_goal(alert.goal, alert.user, policy="four")
        for place, partner_id in enumerate(partners):
            asked_at = START - timedelta(days=30 - place) if place else None
            voicemail = {"voicemail": True} if self.random.random() < 0.1 else {}
            world.put_partner(
                partner_id,
                alert.user,
                channels=(Channel.SMS,) if self.random.random() < 0.5 else (Channel.SMS, Channel.VOICE),
                phone=f"+1212{next(self._numbers)}",
                entry=voicemail,
                asked_at=asked_at,
            )
        self.later(missed, lambda: self._miss(alert))
        if self.random.random() < 0.4:
            self.later(missed + self._moment(), lambda: self._log(alert))

    def _moment(self) -> int:
        """Return when after the miss somebody logs: half of the times while messages are on their way."""
        if self.random.random() < 0.5:
            return self.random.choice(WAITS) * MINUTE + self.random.randrange(90)
        return self.random.randrange(90 * MINUTE)

    def _miss(self, alert: Alert) -> None:
        event = self._deliver(lambda: world.miss(1, alert.goal, alert.user, at=self.instant))
        self._tell(event)

    def _log(self, alert: Alert) -> None:
        event = self._deliver(lambda: world.log(alert.goal, alert.user, now=self.instant))
        alert.stop(self.now)
        alert.logged = self.now
        self.counts["logs"] += 1
        self._tell(event)

    def _tell(self, event: DomainEvent) -> None:
        """Deliver an event to its consumer: once, or up to four times, at once or up to a day late."""
        copies = self.random.choices((1, 2, 4), (85, 12, 3))[0]
        self.counts[f"events told {copies} times"] += 1
        slow = 0 if isinstance(event, DayMissed) else self.random.randrange(5 * MINUTE)
        self.later(self.now + self.random.choice((0, 1, slow)), lambda: self._consume(event))
        for _ in range(copies - 1):
            self.later(self.now + self._late(), lambda: self._consume(event))

    def _late(self) -> int:
        return self.random.choice((1, 30, 10 * MINUTE, self.random.randrange(DAY)))

    def _consume(self, event: DomainEvent) -> None:
        match event:
            case DayMissed():
                self._deliver(lambda: starting.start(event, now=self.instant))
            case GoalLogged():
                self._deliver(lambda: ending.after_log(event, now=self.instant))
            case events.MessageQueued():
                self._deliver(lambda: dispatch.advance(event.message_id, now=self.instant))
            case AskAnswered():
                self._answered(event)
            case _:
                self._deliver(lambda: delivery.note(event, now=self.instant))  # type: ignore[arg-type]

    def _deliver(self, work: Callable[[], Any]) -> Any:
        """Do a message's work; when it dies the message comes again. Here at once: it is as good as later."""
        for _ in range(200):
            try:
                return work()
            except (Unavailable, faults.Crash):
                self._wire.revive()
                self.counts["deliveries that died"] += 1
            finally:
                self._collect()
        raise AssertionError("a message never got through")

    def _collect(self) -> None:
        """Take up what the work left: events, due messages, and what the provider took."""
        for event in self._bus.taken(*MESSAGES, AskAnswered):
            if isinstance(event, AskAnswered):
                self._answered(event)
            elif isinstance(event, events.MessageQueued) and self.random.random() < 0.15:
                self.counts["events lost"] += 1
            else:
                self._tell(event)
        for message in self._queues.taken():
            self._due(message)
        taken = self._carrier.taken[self._known :]
        self._known += len(taken)
        for outgoing in taken:
            self.left[outgoing.message_id].append((self.now, outgoing))
            self._arrive(outgoing)

    def _due(self, message: queues.Delayed) -> None:
        """Deliver a due item 0 to 50 times, up to a day late."""
        times = self.random.choices((0, 1, 2, 5, 50), (5, 80, 10, 4, 1))[0]
        self.counts[f"due {times} times"] += 1
        work = steps.run if message.queue.endswith("step") else self._advance
        pk, sk = message.body["pk"], message.body["sk"]
        for copy in range(times):
            late = self._late() if copy else self.random.choice((0, 0, 0, 2))
            if late > HOUR:
                self.counts["due hours late"] += 1
            happen = lambda: self._deliver(lambda: work(pk, sk, now=self.instant))  # noqa: E731 - a message's work
            self.later(self.now + message.seconds + late, happen)

    @staticmethod
    def _advance(pk: str, _sk: str, *, now: datetime) -> None:
        dispatch.advance(pk.removeprefix("MESSAGE#"), now=now)

    def _sweep(self) -> None:
        """Sweep, if the schedule fires at all."""
        if self.random.random() < 0.02:
            self.counts["sweeps missed"] += 1
            return
        for model, kind in ((StepRow, steps.DUE_KIND), (Message, DUE_KIND)):
            sweep(model, kind, now=self.instant)
        self._collect()

    def _arrive(self, outgoing: Outgoing) -> None:
        """Let the provider tell that it arrived, mostly, and the partner answer, sometimes."""
        if self.random.random() < 0.95:
            for _ in range(self.random.choice((1, 1, 2))):
                later = self.now + self.random.randrange(1, 40)
                self.later(later, lambda: self._deliver(lambda: self._arrived(outgoing)))
        if outgoing.category == "partner-ask" and self.random.random() < 0.3:
            self.later(self.now + self.random.randrange(25 * MINUTE), lambda: self._answer(outgoing))

    def _arrived(self, outgoing: Outgoing) -> None:
        apply(outgoing.message_id, outgoing.attempt, "DELIVERED", now=self.instant)
        self.counts["arrived"] += 1

    def _answer(self, outgoing: Outgoing) -> None:
        about = messages.standing(outgoing.message_id).about
        if about is None:
            # The voice message beside a text: the text is what people answer.
            return
        partner_id = about.rsplit("#", 1)[-1]
        given, reply_id = self.random.choice(("ACCEPTED", "DONE", "CANNOT")), f"rpl_{outgoing.message_id}"

        def reply() -> None:
            self._deliver(lambda: answers.answer(about, partner_id, given, reply_id=reply_id, now=self.instant))

        for copy in range(self.random.choice((1, 1, 3))):
            self.later(self.now + (self._late() if copy else 0), reply)

    def _answered(self, event: AskAnswered) -> None:
        alert = self.alerts[event.goal_id]
        self.counts[f"answered {event.answer}"] += 1
        if event.partner_id in alert.answered:
            self.wrong.append(f"{event.partner_id} answered twice")
        alert.answered[event.partner_id] = event.answer
        if event.answer != "CANNOT":
            alert.stop(self.now)


def _without_budget(scope: str) -> None:
    """Let a few thousand texts a day to one country be nothing unusual."""
    limit = Budget(
        pk=budget_pk(scope), sk=Budget.SK, scope=scope, units=10**6, changed_at=START, changed_by="usr_admin"
    )
    commit(Put(limit))
