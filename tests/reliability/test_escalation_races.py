"""R-05: answers, logs, steps and messages meet in every order of their storage calls, or die at any of them."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from shared.accountability.escalation import answers, delivery, ending, starting, steps
from shared.accountability.policies import rules as policy_rules
from shared.accountability.policies.rules import Kind, Step, Who
from shared.messaging.events import MessageSent
from shared.messaging.sending import dispatch
from tests import carriers, engine, faults, messages, money
from tests import escalations as world
from tests.carriers import Carrier
from tests.clock import START
from tests.figures import tell
from tests.interleaving import OPERATIONS, calls_of, explore

MOST, SAMPLE = 5000, 60
PLAN = (
    Step(1, Who.PARTNERS, Kind.ASK, 1),
    Step(2, Who.PARTNERS, Kind.ASK, 1),
)
KINDS = (faults.CRASH_BEFORE, faults.CRASH_AFTER)


@pytest.fixture(autouse=True)
def carrier(stage: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Provide what people get."""
    for name, value in messages.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    engine.environment.read_anew()
    monkeypatch.setitem(policy_rules.SEEDED, "standard", PLAN)
    messages.register_sender()
    with carriers.carried(Carrier()) as found:
        yield found


def _phone(number: int) -> str:
    """Return a number of New York; they are spread out, since a few hundred texts to neighbours look like fraud."""
    return f"+1212{2_000_000 + number * 7_368_787 % 7_900_000}"


class Case:
    """A goal with one missed day: Ben was asked and got it, Cleo's turn has come."""

    numbers = count()

    def __init__(self) -> None:
        number = next(self.numbers)
        self.user, self.goal = f"usr_{number}", f"gol_{number}"
        self.ben, self.cleo, self.dan = (f"ptn_{number}_{place}" for place in range(3))
        world.put_member(self.user)
        world.put_goal(self.goal, self.user)
        for place, partner_id in enumerate((self.ben, self.cleo, self.dan)):
            world.put_partner(partner_id, self.user, phone=_phone(3 * number + place))
        self.missed = world.miss(1, self.goal, self.user)

    def follow(self, *, also_second: bool) -> None:
        """Take the first step and send its message; plan the second, and take it too if told."""
        real = steps.run
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(steps, "run", lambda *_, **__: None)
            starting.start(self.missed, now=START)
        first, second = world.steps(self.goal)
        real(first.pk, first.sk, now=START)
        (ask,) = world.contacts(self.goal)
        dispatch.advance(ask.message_id, now=START)
        self.ask, self.second = ask, second
        if also_second:
            real(second.pk, second.sk, now=START)

    def step(self) -> None:
        steps.run(self.second.pk, self.second.sk, now=START)

    def send(self) -> None:
        (cleo,) = [one for one in world.contacts(self.goal) if one.recipient_id == self.cleo]
        dispatch.advance(cleo.message_id, now=START)

    def acknowledge(self) -> None:
        about = f"contact:{self.goal}#{self.ask.date}#01#{self.ben}"
        answers.answer(about, self.ben, "ACCEPTED", reply_id=f"rpl_{self.goal}", now=START)

    def decline(self) -> None:
        about = f"contact:{self.goal}#{self.ask.date}#01#{self.ben}"
        answers.answer(about, self.ben, "CANNOT", reply_id=f"rpl_{self.goal}", now=START)

    def log(self) -> None:
        world.log(self.goal, self.user)

    def settle(self, carrier: Carrier) -> list[str]:
        """Let everything that is to come come, and return who was asked by then."""
        for row in world.steps(self.goal):
            steps.run(row.pk, row.sk, now=START)
        for one in world.contacts(self.goal):
            dispatch.advance(one.message_id, now=START)
        mine = {one.message_id: one.recipient_id for one in world.contacts(self.goal)}
        assert all(row.status != "PLANNED" for row in world.steps(self.goal))
        return [mine[one.message_id] for one in carrier.taken if one.message_id in mine]


Stop = Callable[[Case], None]


def _race(
    carrier: Carrier, prepare: Callable[[Case], list[Callable[[], None]]], *, most: int = MOST
) -> list[tuple[Case, list[str], list[int]]]:
    """Let handlers meet in every order and return each case with who was asked and who committed in which order."""
    cases: list[Case] = []

    def begin() -> list[Callable[[], None]]:
        cases.append(Case())
        return prepare(cases[-1])

    found = []
    seed = money.seed(20261116)
    for meeting in explore(begin, most=most, seed=seed):
        assert meeting.refused == {}, (meeting.order, meeting.refused)
        found.append((cases[-1], cases[-1].settle(carrier), meeting.committed))
    tell({"seed": seed, "orders": len(found)})
    assert len(found) < most or most < MOST, "there are more orders"
    return found


def _stop_and_send(carrier: Carrier, stop: Stop) -> None:
    def prepare(case: Case) -> list[Callable[[], None]]:
        case.follow(also_second=True)
        return [lambda: stop(case), case.send]

    found = _race(carrier, prepare)
    outcomes = set()
    for case, asked, committed in found:
        # The claim is the sender's first transaction: after the stop there is none.
        claimed_first = committed.index(1) < committed.index(0)
        assert asked.count(case.ben) == 1
        assert asked.count(case.cleo) == claimed_first, committed
        outcomes.add(claimed_first)
    assert outcomes == {True, False}, "they never met"


def _stop_and_step(carrier: Carrier, stop: Stop) -> None:
    def prepare(case: Case) -> list[Callable[[], None]]:
        case.follow(also_second=False)
        return [lambda: stop(case), case.step]

    outcomes = set()
    for case, asked, _ in _race(carrier, prepare):
        # Whoever was first: by the time that its message would leave, the matter is over.
        assert asked == [case.ben]
        (row,) = [row for row in world.steps(case.goal) if row.number == 2]
        outcomes.add(row.status)
    assert outcomes == {"DONE", "SKIPPED"}, "they never met"


@pytest.mark.covers("R-05", "X-A-14", "X-A-15")
@pytest.mark.parametrize("stop", [Case.acknowledge, Case.log], ids=["answer", "log"])
def test_nobody_is_asked_after_the_end_in_any_order(carrier: Carrier, stop: Stop) -> None:
    _stop_and_send(carrier, stop)
    _stop_and_step(carrier, stop)


@pytest.mark.covers("R-05", "X-A-35")
def test_two_workers_take_a_step_once_in_any_order(carrier: Carrier) -> None:
    def prepare(case: Case) -> list[Callable[[], None]]:
        case.follow(also_second=False)
        return [case.step, case.step]

    for case, asked, _ in _race(carrier, prepare, most=SAMPLE):
        assert asked == [case.ben, case.cleo]


@pytest.mark.covers("R-05", "X-A-13", "X-A-14")
def test_who_cannot_is_replaced_once_whatever_else_happens(carrier: Carrier) -> None:
    def prepare(case: Case) -> list[Callable[[], None]]:
        case.follow(also_second=False)
        return [case.decline, case.decline, case.step]

    for case, asked, _ in _race(carrier, prepare, most=SAMPLE):
        assert sorted(asked) == [case.ben, case.cleo, case.dan]
        assert world.partner(case.ben, case.user).answer_count == 1


def _sent(case: Case) -> None:
    about = f"contact:{case.goal}#{case.ask.date}#01#{case.ben}"
    event = MessageSent(
        message_id=case.ask.message_id, recipient_id=case.ben, category="partner-ask", about=about, channel="SMS"
    )
    delivery.note(event, now=START)


def _logged_and_ended(case: Case) -> None:
    ending.after_log(world.log(case.goal, case.user), now=START)


@pytest.mark.covers("R-05", "X-A-15")
def test_the_all_clear_is_owed_once_however_the_news_and_the_end_meet(carrier: Carrier) -> None:
    def prepare(case: Case) -> list[Callable[[], None]]:
        case.follow(also_second=False)
        return [lambda: _sent(case), lambda: _logged_and_ended(case)]

    for case, asked, _ in _race(carrier, prepare, most=SAMPLE):
        assert asked == [case.ben, case.ben]
        assert [one.recipient_id for one in world.contacts(case.goal) if one.step == "CLEAR"] == [case.ben]
        assert world.partner(case.ben, case.user).contact_count == 1


WORKS = {
    "start": lambda case: starting.start(case.missed, now=START),
    "step": lambda case: case.step(),
    "answer": lambda case: case.decline(),
    "note": _sent,
    "end": lambda case: ending.after_log(case.logged, now=START),
}


@pytest.mark.covers("R-05", "X-A-35", "S-A-65")
@pytest.mark.parametrize("work", sorted(WORKS))
def test_a_handler_may_die_at_every_call(carrier: Carrier, work: str) -> None:
    def ready() -> Case:
        case = Case()
        if work != "start":
            case.follow(also_second=False)
        if work == "end":
            _sent(case)
            case.logged = world.log(case.goal, case.user)
        return case

    handler = WORKS[work]
    plain = ready()
    calls = calls_of(lambda: handler(plain))
    wanted = _came_to(plain, carrier)
    number = 0
    for position in range(calls):
        for kind in KINDS:
            number += 1
            case = ready()
            with faults.injected(faults.script(*[None] * position, kind), operations=OPERATIONS) as wire:
                with pytest.raises(faults.Crash):
                    handler(case)
                wire.revive()
            handler(case)
            assert _came_to(case, carrier) == wanted, (position, kind)
    tell({"work": work, "calls": calls, "crashes": number})


def _came_to(case: Case, carrier: Carrier) -> list[Any]:
    """Return everything that a handler led to, with partners by their places."""
    asked = case.settle(carrier)
    places = {one: place for place, one in enumerate((case.ben, case.cleo, case.dan))}
    partners = [world.partner(one, case.user) for one in places]
    return [
        sorted(places[one] for one in asked),
        [(row.number, row.status, row.reason) for row in world.steps(case.goal)],
        sorted((one.step, places[one.recipient_id], one.response) for one in world.contacts(case.goal)),
        [(one.ask_count, one.answer_count, one.contact_count) for one in partners],
        sorted(line.content.split(" ", 1)[1] for line in world.lines(case.user)),
    ]
