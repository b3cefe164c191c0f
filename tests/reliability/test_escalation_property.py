"""Whatever the order of logs, answers, STOPs, journeys and duplicate schedules: only the right people, once, by day."""

import itertools
import os
import random
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from shared import messaging
from shared.accountability.escalation import answers, contacts, delivery, ending, starting, steps
from shared.accountability.escalation.items import StepRow
from shared.accountability.events import DayMissed, GoalLogged, RunWithdrawn
from shared.accountability.goals import days, logs, manage, profiles
from shared.accountability.goals.errors import AlreadyLogged, DayNotOpen
from shared.accountability.goals.items import Goal
from shared.accountability.goals.schemas import AccountabilityProfileChange, NewGoal
from shared.accountability.items import key_of
from shared.accountability.policies import rules as policy_rules
from shared.kernel.due import sweep
from shared.kernel.events import DomainEvent
from shared.kernel.storage.client import dynamodb
from shared.messaging import Channel, Purpose, Statement, events
from shared.messaging.message_items import Message
from shared.messaging.outgoing import Outgoing
from shared.messaging.sending import dispatch
from tests import bus, carriers, engine, messages, money, queues
from tests import escalations as world
from tests.carriers import Carrier
from tests.clock import START
from tests.figures import tell

EXAMPLES, STEPS = 60, 40
ZONES = ("America/New_York", "Asia/Kathmandu", "UTC", "Pacific/Auckland")
HEARD = (
    DayMissed,
    GoalLogged,
    RunWithdrawn,
    events.MessageQueued,
    *delivery.STATES,
)

entropy = st.integers(0, 2**32)
"""Decides the orders and repeats within one rule: how many there are is not Hypothesis's to know."""

counts: Counter[str] = Counter()
_stages = itertools.count()


class Watching(RuleBasedStateMachine):
    """One user, four partners, and what each may be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.user = "usr_ada"
        self.now = START
        self.zones: dict[str, str] = {}
        self.consented: set[str] = set()
        self.stopped: set[str] = set()
        self.over: set[str] = set()
        self.answered: set[str] = set()
        self.missed: dict[str, DayMissed] = {}
        self.got: list[Outgoing] = []
        self.late: list[DomainEvent] = []
        self.logged = 0
        self.stack = ExitStack()
        self.random = random.Random(0)

    def _taken(self, outgoing: Outgoing) -> None:
        """Hold every message that leaves to what may leave; called when a provider is asked to send."""
        message = messages.standing(outgoing.message_id)
        partner_id = message.recipient_id
        if partner_id not in self.zones:
            return
        counts[message.category] += 1
        assert partner_id in self.consented, f"{partner_id} never agreed, or does not any more"
        assert partner_id not in self.stopped, f"{partner_id} said STOP"
        hour = self.now.astimezone(ZoneInfo(self.zones[partner_id])).hour
        assert 8 <= hour < 21, f"{partner_id} was written to at {hour}"
        assert all(one.message_id != outgoing.message_id for one in self.got), "sent twice"
        self.got.append(outgoing)
        key = key_of(message.about)
        if key is not None and key.step not in {contacts.CLEAR, contacts.MILESTONE}:
            missed = self.missed[key.date]
            assert missed.missed_since not in self.over, "the run is over"
            assert key.date not in self.answered, "somebody takes care of this day"

    @initialize(
        zone=st.sampled_from(ZONES), zones=st.lists(st.sampled_from(ZONES), min_size=4, max_size=4), entropy=entropy
    )
    def begin(self, zone: str, zones: list[str], entropy: int) -> None:
        self.random.seed(entropy)
        self.stack.callback(engine.forget)
        patch = self.stack.enter_context(pytest.MonkeyPatch.context())
        # Tables of its own, so that the same choices lead to the same keys, and those to the same orders.
        stage = f"{os.environ['WELLSPRING_STAGE']}-{next(_stages)}"
        for name, value in (messages.ENVIRONMENT | {"WELLSPRING_STAGE": stage}).items():
            patch.setenv(name, value)
        engine.forget()
        self.stack.callback(_drop, engine.make_tables(stage))
        engine.make_secrets(stage)
        self.stack.enter_context(carriers.carried(Carrier(self._taken)))
        self.queues = self.stack.enter_context(queues.watched())
        self.bus = self.stack.enter_context(bus.overheard())
        messages.register_sender()
        world.put_member(self.user, zone=zone)
        policy = self.random.choice(("standard", "attentive"))
        wanted = NewGoal(title="morning run", policy=policy)
        self.goal = manage.create(self.user, wanted, operation="opn_1", now=self.now).id
        for place, there in enumerate(zones):
            partner_id = f"ptn_{place}"
            self.zones[partner_id] = there
            agreed = place != 3
            if agreed:
                self.consented.add(partner_id)
            status = "ACTIVE" if agreed else self.random.choice(("ACTIVE", "INVITED"))
            phone = f"+121255501{place:02d}"
            world.put_partner(partner_id, self.user, consented=agreed, status=status, zone=there, phone=phone)
        self._events(1)

    def _phone(self, partner_id: str) -> str:
        return f"+121255501{int(partner_id[-1]):02d}"

    @rule(hours=st.sampled_from((1, 3, 8, 14, 24, 24)), times=st.sampled_from((0, 1, 1, 2, 3)), entropy=entropy)
    def pass_time(self, hours: int, times: int, entropy: int) -> None:
        """Let hours pass, and let the schedule fire then: not at all, or with each message up to three times."""
        self.random.seed(entropy)
        self.now += timedelta(hours=hours)
        self._sweep(times)

    @rule(days_=st.integers(1, 3), entropy=entropy)
    def pass_days(self, days_: int, entropy: int) -> None:
        """Let days pass, with a schedule that fires every few hours."""
        self.random.seed(entropy)
        for _ in range(days_ * 6):
            self.now += timedelta(hours=4)
            self._sweep(self.random.choice((0, 1, 1, 2)))

    def _sweep(self, times: int) -> None:
        for model, kind in ((Goal, "day"), (StepRow, "step"), (Message, "message")):
            sweep(model, kind, now=self.now)
        due = [message for message in self.queues.taken() if message.seconds == 0] * times
        self.random.shuffle(due)
        for message in due:
            self._work(message.queue.rsplit("-", 1)[-1], message.body["pk"], message.body["sk"])
            self._events(2)
        counts[f"schedule fired {times} times"] += 1

    def _work(self, kind: str, pk: str, sk: str) -> None:
        if kind == "day":
            days.close_due(pk, sk, now=self.now)
        elif kind == "step":
            steps.run(pk, sk, now=self.now)
        else:
            dispatch.advance(pk.removeprefix("MESSAGE#"), now=self.now)

    def _events(self, copies: int) -> None:
        """Deliver what was told, in any order, up to so many times, until nothing more is."""
        while told := self.bus.taken(*HEARD):
            for event in told:
                if isinstance(event, DayMissed):
                    self.missed.setdefault(event.date, event)
            self.random.shuffle(told)
            for event in told:
                for _ in range(self.random.randint(1, copies)):
                    self._consume(event)
            self.late += told[:3]

    def _consume(self, event: DomainEvent) -> None:
        counts[type(event).__name__] += 1
        match event:
            case DayMissed():
                starting.start(event, now=self.now)
            case GoalLogged():
                ending.after_log(event, now=self.now)
            case RunWithdrawn():
                ending.after_withdrawal(event, now=self.now)
            case events.MessageQueued():
                dispatch.advance(event.message_id, now=self.now)
            case _:
                delivery.note(event, now=self.now)  # type: ignore[arg-type]

    @precondition(lambda self: self.late)
    @rule(entropy=entropy)
    def hear_again(self, entropy: int) -> None:
        self.random.seed(entropy)
        self._consume(self.random.choice(self.late))
        self._events(1)
        counts["heard again"] += 1

    @rule(entropy=entropy, danger=st.sampled_from((False,) * 9 + (True,)))
    def log(self, entropy: int, danger: bool) -> None:
        self.random.seed(entropy)
        self.logged += 1
        notes = "I do not want to live any more" if danger else None
        values = {"completed": True, "notes": notes, "photo": None, "video": None, "voice": None}
        entry = logs.Entry(values, f"req_{self.logged}", self.now, self.user)
        try:
            logs.log(self.user, self.goal, entry, now=self.now)
        except (AlreadyLogged, DayNotOpen):
            return
        finally:
            self._hear_of_misses()
        self.over |= {event.missed_since for event in self.missed.values()}
        counts["logs of danger" if danger else "logs"] += 1
        self._events(1)

    def _hear_of_misses(self) -> None:
        """Note the days that a log found over and closed, before their consumers hear of them."""
        told = self.bus.taken(*HEARD)
        for event in told:
            if isinstance(event, DayMissed):
                self.missed.setdefault(event.date, event)
        self.late += told

    @precondition(lambda self: self.got)
    @rule(entropy=entropy, given=st.sampled_from(("ACCEPTED", "DONE", "CANNOT", "TEXT")), again=st.booleans())
    def answer(self, entropy: int, given: str, again: bool) -> None:
        self.random.seed(entropy)
        outgoing = self.random.choice(self.got)
        message = messages.standing(outgoing.message_id)
        key = key_of(message.about)
        if key is None or message.category not in {"partner-ask", "partner-notice", "partner-week"}:
            return
        first = all(one.response is None for one in world.contacts(self.goal) if one.message_id == message.message_id)
        if first and given in {"ACCEPTED", "DONE"}:
            self.answered.add(key.date)
        reply_id = f"rpl_{outgoing.message_id}_{given}"
        for _ in range(1 + again):
            answers.answer(str(message.about), key.recipient_id, given, reply_id=reply_id, now=self.now)
        counts[f"answered {given}"] += 1
        self._events(1)

    @rule(place=st.integers(0, 2), entropy=entropy)
    def stop(self, place: int, entropy: int) -> None:
        self.random.seed(entropy)
        partner_id = f"ptn_{place}"
        if self.stopped:
            return
        messaging.suppression.suppress(self._phone(partner_id), "STOP", source="sms:1", now=self.now)
        self.stopped.add(partner_id)
        counts["stops"] += 1
        self._events(1)

    @rule(place=st.integers(0, 1), entropy=entropy)
    def withdraw_consent(self, place: int, entropy: int) -> None:
        self.random.seed(entropy)
        partner_id = f"ptn_{place}"
        if len(self.consented) < 3 or self.random.random() < 0.5:
            return
        channels = (Channel.SMS,)
        for write in messaging.stated(
            Statement(partner_id, "WITHDRAWN", Purpose.SUPPORT, channels, "WEB_PAGE"), now=self.now
        ):
            messages.commit(write)  # type: ignore[arg-type]
        self.consented.discard(partner_id)
        counts["consents withdrawn"] += 1
        self._events(1)

    @rule(zone=st.sampled_from(ZONES))
    def travel(self, zone: str) -> None:
        profiles.change(self.user, AccountabilityProfileChange(zone=zone), now=self.now)
        counts["journeys"] += 1

    def teardown(self) -> None:
        try:
            if self.zones:
                self._nothing_is_left()
        finally:
            self.stack.close()

    def _nothing_is_left(self) -> None:
        """Let every schedule fire and every event be heard: each step that came due was taken, or skipped and why."""
        for event in self.late:
            self._consume(event)
        for model, kind in ((StepRow, "step"), (Message, "message")) * 2:
            sweep(model, kind, now=self.now)
            for message in self.queues.taken():
                if message.seconds == 0:
                    self._work(kind, message.body["pk"], message.body["sk"])
            while told := self.bus.taken(*HEARD):
                for event in told:
                    self._consume(event)
        rows = world.steps(self.goal)
        open_ = [row for row in rows if row.status == "PLANNED" and row.due_at <= self.now]
        assert open_ == [], "a step that is due was left"
        assert all(row.reason for row in rows if row.status == "SKIPPED")
        for event in self.missed.values():
            self._followed(event, [row for row in rows if row.date == event.date])
        made = [(one.date, one.step, one.partner_id) for one in world.contacts(self.goal)]
        assert len(made) == len(set(made)), "somebody was contacted twice in one step"

    def _followed(self, event: DayMissed, rows: list[StepRow]) -> None:
        if not rows:
            assert event.missed_since in self.over, f"{event.date} was not followed"
            return
        escalation = world.escalation(self.goal, event.missed_since)
        plan = policy_rules.unpack(escalation.steps if escalation else "[]")
        assert {row.number for row in rows} >= {step.number for step in policy_rules.steps_on(plan, event.days_missed)}
        counts["days followed"] += 1


def _drop(tables: list[str]) -> None:
    for table in tables:
        dynamodb().delete_table(TableName=table)


def _play(examples: int, steps_: int, default: int) -> None:
    chosen = money.seed(default)
    counts.clear()
    profile = settings(
        max_examples=examples,
        stateful_step_count=steps_,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seeded(chosen)(Watching), settings=profile)
    tell({"seed": chosen, "examples": examples} | {name: counts[name] for name in sorted(counts)})


@pytest.mark.soak
@pytest.mark.covers("X-A-04", "X-A-11", "X-A-14", "X-A-15", "X-A-35", "S-A-23", "S-A-65")
def test_only_the_right_people_hear_once_and_by_day(stage: str) -> None:
    _play(EXAMPLES, STEPS, 20261115)
    wanted = ("partner-notice", "partner-ask", "partner-all-clear", "days followed", "stops", "journeys", "heard again")
    assert all(counts[name] >= 20 for name in wanted), counts


@pytest.mark.covers("X-A-04", "X-A-11", "X-A-14", "X-A-15", "X-A-35")
def test_only_the_right_people_hear_in_a_few_runs(stage: str) -> None:
    _play(6, 30, 20261115)
    assert counts["partner-notice"]
    assert counts["days followed"]
