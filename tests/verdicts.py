"""What must have come of simulated missed days: worked out from what happened when, without the code under test."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from shared.accountability.escalation.items import Contact, StepRow
from shared.messaging.outgoing import Outgoing
from tests import embedded, messages
from tests import escalations as world
from tests.alerts import MINUTE, WAITS, Alert, Simulation
from tests.clock import START

STARTED_WITHIN = 1
"""Seconds after a day was missed in which its event is first delivered."""


@dataclass(frozen=True)
class Share:
    """What one process's alerts came to.

    Attributes:
        alerts: how many there were.
        counts: what happened how often.
        wrong: what should be different.
        lateness: seconds from when each step was due until it was taken.
        first_tries: seconds from when each step was due until a provider was first called for whom it asked.
    """

    alerts: int
    counts: Counter[str]
    wrong: list[str]
    lateness: list[int]
    first_tries: list[int]


def simulate(seed: int, *, share: int, alerts: int, rate: float, minutes: int = 300) -> Share:
    """Run one share of the alerts, on tables and a clock of its own, and judge what came of it."""
    simulation = Simulation(seed, share=share, alerts=alerts, rate=rate, minutes=minutes)
    with embedded.tables():
        simulation.run()
        return _judged(simulation)


def _judged(simulation: Simulation) -> Share:
    verdict = Verdict(simulation)
    found = {goal_id: world.contacts(goal_id) for goal_id in simulation.alerts}
    wrong = simulation.wrong + verdict.assign({one.message_id for made in found.values() for one in made})
    for goal_id, alert in simulation.alerts.items():
        wrong += [f"{goal_id}: {problem}" for problem in verdict.of(alert, found[goal_id])]
    counts = simulation.counts + verdict.counts
    return Share(len(simulation.alerts), counts, wrong, verdict.lateness, verdict.first_tries)


@dataclass
class Verdict:
    """What is wrong with a share, alert by alert, and its figures.

    Attributes:
        left: when a provider took what of a contact's message.
        beside: and what of the voice message that goes with a text.
    """

    simulation: Simulation
    beside: dict[str, list[tuple[int, Outgoing]]] = field(default_factory=lambda: defaultdict(list))
    counts: Counter[str] = field(default_factory=Counter)
    lateness: list[int] = field(default_factory=list)
    first_tries: list[int] = field(default_factory=list)

    @property
    def left(self) -> dict[str, list[tuple[int, Outgoing]]]:
        """What a provider took, by message."""
        return self.simulation.left

    def assign(self, contacted: set[str]) -> list[str]:
        """Find the contact of everything that left; whatever has none is wrong."""
        for message_id in self.left.keys() - contacted:
            self.beside[str(messages.standing(message_id).companion_of)] += self.left[message_id]
        self.counts["sent"] = sum(map(len, self.left.values()))
        self.counts["voice messages beside a text"] = sum(map(len, self.beside.values()))
        return [f"messages beside {message_id}, which is nobody's" for message_id in self.beside.keys() - contacted]

    def of(self, alert: Alert, found: list[Contact]) -> list[str]:
        """Return what is wrong with one alert."""
        rows = world.steps(alert.goal)
        asks, clears = [[one for one in found if (one.step == "CLEAR") == cleared] for cleared in (False, True)]
        wrong = self._steps(alert, rows, len(asks)) + self._turns(alert, asks, rows)
        for one in asks:
            wrong += self._ask(alert, one)
        wrong += self._clears(alert, clears, asks)
        wrong += self._counters(alert, found)
        lines = Counter(line.id for line in world.lines(alert.user))
        return wrong + [f"{line} is on the timeline {count} times" for line, count in lines.items() if count > 1]

    def _steps(self, alert: Alert, rows: list[StepRow], asked: int) -> list[str]:
        """Every step that came due was taken, or skipped for what happened before: never silently left."""
        first = {row.number: row for row in rows if row.round == "00"}
        if not first:
            over = alert.stopped is not None and alert.stopped <= alert.missed + STARTED_WITHIN
            return [] if over else ["was never followed"]
        wrong = [f"step {row.number} {row.round} was left {row.status}" for row in rows if row.status == "PLANNED"]
        for number, wait in enumerate(WAITS, start=1):
            row, due = first[number], alert.missed + wait * MINUTE
            if row.done_at is None:
                continue
            self.counts[f"steps {row.status} {row.reason or ''}".rstrip()] += 1
            done = _seconds(row.done_at)
            if row.status == "DONE":
                self.lateness.append(int(done - due))
                wrong += [f"step {number} was early"] if done < due else []
                wrong += [f"step {number} after the end"] if alert.stopped is not None and done > alert.stopped else []
            elif (alert.stopped is None or done < alert.stopped) and not (
                row.reason == "NOBODY" and asked == len(alert.order)
            ):
                wrong.append(f"step {number} was skipped: {row.reason}")
        return wrong

    def _turns(self, alert: Alert, asks: list[Contact], rows: list[StepRow]) -> list[str]:
        """Each step asked one, each in the place of one the next; in turn, nobody twice."""
        turn = {partner_id: place for place, partner_id in enumerate(alert.order)}
        # Of two that were asked in the same second nothing tells who was first.
        asked = [one.partner_id for one in sorted(asks, key=lambda one: (one.contacted_at, turn[str(one.partner_id)]))]
        wrong = [] if asked == alert.order[: len(asked)] else [f"asked {asked} of {alert.order}"]
        rounds = Counter((one.step, one.round) for one in asks)
        wrong += [f"step {step} {round_} asked {count}" for (step, round_), count in rounds.items() if count > 1]
        taken = sum(row.contacts or 0 for row in rows)
        wrong += [] if taken == len(asks) else [f"{taken} asks planned, {len(asks)} made"]
        replaced = {row.round for row in rows if row.round.startswith("ptn_")}
        wanted = {str(one.partner_id) for one in asks if one.response == "CANNOT" or one.state in {"FAILED", "BLOCKED"}}
        return wrong + ([] if replaced == wanted else [f"replaced {replaced}, not {wanted}"])

    def _ask(self, alert: Alert, one: Contact) -> list[str]:
        """On each channel once, not after the end, and what became of it is what the contact tells."""
        heard = self.left[one.message_id] + self.beside[one.message_id]
        channels = Counter(outgoing.channel for _, outgoing in heard)
        wrong = [f"{one.partner_id} got {channels}"] if any(count > 1 for count in channels.values()) else []
        late = [at for at, _ in heard if alert.stopped is not None and at > alert.stopped]
        wrong += [f"{one.partner_id} was asked after the end"] if late else []
        tried = self.simulation.tried.get(one.message_id)
        if one.round == "00" and tried is not None:
            self.first_tries.append(tried - alert.missed - WAITS[int(one.step) - 1] * MINUTE)
        wrong += self._result(alert, one, tried=tried is not None)
        given = alert.answered.get(str(one.partner_id))
        return wrong + ([] if one.response == given else [f"{one.partner_id} answered {one.response}, not {given}"])

    def _result(self, alert: Alert, one: Contact, *, tried: bool) -> list[str]:
        """A contact tells what really happened: it left, or it could not, or the matter was over first."""
        message = messages.standing(one.message_id)
        if one.state != message.status:
            return [f"{one.partner_id} stands as {one.state}, their message as {message.status}"]
        if self.left[one.message_id]:
            told = one.sent_at is not None and one.state in {"SENT", "DELIVERED", "FAILED"}
            return [] if told else [f"{one.partner_id} was asked, and stands as {one.state}"]
        if (one.state == "FAILED" and tried) or (one.state == "CANCELLED" and alert.stopped is not None):
            return []
        return [f"{one.partner_id} was never asked, and stands as {one.state}"]

    def _clears(self, alert: Alert, clears: list[Contact], asks: list[Contact]) -> list[str]:
        """After a log those who were really asked hear of it, once, and nobody else."""
        owed = {one.partner_id for one in asks if self.left[one.message_id]} if alert.logged is not None else set()
        got = [one.partner_id for one in clears]
        wrong = [] if sorted(map(str, got)) == sorted(map(str, owed)) else [f"all-clear to {got}, not {owed}"]
        for one in clears:
            channels = Counter(outgoing.channel for _, outgoing in self.left[one.message_id])
            channels.update(outgoing.channel for _, outgoing in self.beside[one.message_id])
            fine = all(count == 1 for count in channels.values()) and (channels or one.state == "FAILED")
            wrong += [] if fine else [f"all-clear to {one.partner_id} by {channels}, {one.state}"]
        return wrong

    def _counters(self, alert: Alert, found: list[Contact]) -> list[str]:
        wrong = []
        for partner_id in alert.order:
            partner = world.partner(partner_id, alert.user)
            left = [one for one in found if one.partner_id == partner_id and self.left[one.message_id]]
            reached, asked = len(left), sum(one.step != "CLEAR" for one in left)
            if (partner.contact_count, partner.ask_count) != (reached, asked):
                counted = (partner.contact_count, partner.ask_count)
                wrong.append(f"{partner_id} counts {counted}, not {(reached, asked)}")
            if partner.answer_count != (partner_id in alert.answered):
                wrong.append(f"{partner_id} answered {partner.answer_count} times")
        return wrong


def _seconds(instant: datetime) -> float:
    return (instant - START).total_seconds()
