"""A missed day on which the asking goes on, what may end it, and what must come of it when both happen at once.

Ada missed a day. Ben was asked and got it; the step that asks Cleo is due, Dan would be next. What ends it is real:
Ada's log, a pause that begins, a deletion, Ben's answer, Cleo's STOP or farewell.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.accountability import events as told
from shared.accountability.escalation import answers, contacts, delivery, ending, starting, steps
from shared.accountability.goals import days, lifecycle, logs
from shared.accountability.goals.items import Goal, goal_sk
from shared.accountability.goals.schemas import PauseRequest
from shared.accountability.items import ContactKey, day_topic, goal_pk, run_topic, user_pk
from shared.accountability.partner_page import actions
from shared.accountability.partner_page.form import PageForm
from shared.accountability.policies import rules as policy_rules
from shared.accountability.policies.rules import Kind, Step, Who
from shared.accountability.team import links, message_events
from shared.accountability.team.items import Partner
from shared.kernel import inbox
from shared.kernel.caller import Browser
from shared.kernel.events import DomainEvent
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Update, commit
from shared.messaging import events, topic_key
from shared.messaging.inbound import twilio_events
from shared.messaging.items import MessagingInbox, address_hash
from shared.messaging.sending import delivery as receipts
from shared.messaging.sending import dispatch
from tests import bus, carriers, environment, goals, mailroom, messages, texting
from tests import escalations as world
from tests.carriers import Carrier
from tests.clock import START
from tests.escalations import GOAL, USER
from tests.snapshots import Snapshot, fingerprint

DOMAINS = ("accountability", "messaging")
ZONE, DAY, MORROW = "Pacific/Auckland", "2026-02-28", "2026-03-02"
MIDNIGHT = START + timedelta(minutes=90)
"""When the day after the missed one ends for Ada; for her partners it is eleven in the morning."""
NOW = MIDNIGHT - timedelta(seconds=1)
BEN, CLEO, DAN = PARTNERS = ("ptn_ben", "ptn_cleo", "ptn_dan")
PLAN = (Step(1, Who.PARTNERS, Kind.ASK, 1), Step(2, Who.PARTNERS, Kind.ASK, 1, wait=60))
TOPICS = {"run": run_topic(GOAL, DAY), "day": day_topic(GOAL, DAY)}
WRITTEN = f"{texting.sid()}-received"
COUNTED = (
    told.AskAnswered,
    told.EscalationEnded,
    told.GoalLogged,
    told.PartnerLeft,
    told.RunWithdrawn,
    told.StepRun,
    told.StepSkipped,
)
HEARD = (told.DayMissed, events.MessageQueued, events.AddressOptedOut, *delivery.STATES, *COUNTED)


def _about(number: str, partner_id: str) -> str:
    return ContactKey(GOAL, DAY, number, partner_id).about


def _message(number: str, partner_id: str) -> str:
    return derived_id("msg", _about(number, partner_id))


ASKS = {_message(number, one): one for number in ("01", "02") for one in PARTNERS}
CLEARS = {_message(contacts.CLEAR, one): one for one in PARTNERS}


def step() -> None:
    steps.run(goal_pk(GOAL), steps.step_sk(DAY, 2, steps.FIRST_ROUND), now=NOW)


def send() -> None:
    dispatch.advance(_message("02", CLEO), now=NOW)


def ask() -> None:
    step()
    send()


def answer() -> None:
    about, message_id, reply_id = _about("01", BEN), _message("01", BEN), texting.sid(number=2)
    said = events.ReplyReceived(
        recipient_id=BEN, message_id=message_id, about=about, answer="ACCEPTED", reply_id=reply_id
    )
    answers.after_reply(said, now=NOW)


def log() -> None:
    values = {"completed": True, "notes": None, "photo": None, "video": None, "voice": None}
    logs.log(USER, GOAL, logs.Entry(values, "req-1", NOW, by=USER), now=NOW)


def pause() -> None:
    lifecycle.pause(USER, GOAL, PauseRequest.model_validate({"from": MORROW}), now=NOW)


def rest() -> None:
    days.close_due(user_pk(USER), goal_sk(GOAL), now=MIDNIGHT)


def delete() -> None:
    lifecycle.delete(USER, GOAL, now=NOW)


def stop() -> None:
    twilio_events.process(WRITTEN, now=NOW)


def leave() -> None:
    token = links.token(Partner(partner_id=CLEO, seed="0" * 64, generation=0), now=NOW)
    actions.act(
        token, actions.Visit(PageForm(action="leave"), Browser("Browser/1.0", "en", "203.0.113.7"), "opn_1", NOW)
    )


Deed = Callable[[], None]
ENDS: dict[Deed, str] = {log: "LOGGED", rest: "PAUSED", delete: "DELETED"}
CLOSES: frozenset[Deed] = frozenset({answer, pause})
"""What ends the asking of a day, and leaves the run as it is: a pause stops what was not sent (decision 76)."""

STATUS = {"DELETED": "DELETED", "PAUSED": "PAUSED"}
GOES: dict[Deed, str] = {stop: "OPTED_OUT", leave: "LEFT"}


class Scene:
    """Ada, her partners, and how they stand before each race."""

    def __init__(self, carrier: Carrier, listening: ExitStack) -> None:
        self.carrier, self._listening = carrier, listening
        self.bus = listening.enter_context(bus.overheard())
        messages.register_sender()
        goals.put_goal(USER, GOAL, now=START - timedelta(hours=40), zone=ZONE)
        for partner_id in PARTNERS:
            world.put_partner(partner_id, addresses=[address_hash(world.phone_of(partner_id))])
        days.close_due(user_pk(USER), goal_sk(GOAL), now=START)
        self._hear(START)
        receipts.apply(_message("01", BEN), 1, "DELIVERED", now=START)
        self._hear(START)
        body = b"\n" + urlencode(texting.written("STOP", number=world.phone_of(CLEO))).encode()
        came = events.TwilioEventReceived(event_id=WRITTEN)
        inbox.keep(MessagingInbox, twilio_events.PROVIDER, WRITTEN, body, came, now=NOW)
        self._before = len(carrier.taken)
        self._planned = Snapshot(*DOMAINS)
        step()
        self._asked = Snapshot(*DOMAINS)
        self._deeds: tuple[Deed, ...] = ()
        self._known: dict[Hashable, dict[str, Any]] = {}

    def begin(self, deeds: Sequence[Deed]) -> Sequence[Deed]:
        """Go back to before the step was taken, where only its message is to be sent to after that.

        The pause that is to begin was planned before anything was missed.
        """
        (self._asked if send in deeds else self._planned).restore()
        self._deeds = tuple(deeds)
        del self.carrier.taken[self._before :]
        if rest in deeds:
            commit(Update(Goal, user_pk(USER), goal_sk(GOAL), [Goal.pause_from.set(MORROW)]))
        self._listening.close()
        self.bus = self._listening.enter_context(bus.overheard())
        return deeds

    def _hear(self, now: datetime) -> Counter[str]:
        """Deliver what was told, each twice, until nothing more is; return how often it was told."""
        heard: Counter[str] = Counter()
        while found := self.bus.taken(*HEARD):
            heard.update(type(event).__name__ for event in found if isinstance(event, COUNTED))
            for event in found * 2:
                _consume(event, now)
        return heard

    def came_to(self) -> dict[str, Any]:
        """Let everything that is to come come, and return what it came to; it is known of a state that was seen."""
        state = self._deeds, fingerprint(*DOMAINS), tuple(one.message_id for one in self.carrier.taken)
        if state not in self._known:
            self._known[state] = self._settle()
        return self._known[state]

    def _settle(self) -> dict[str, Any]:
        """Deliver what was told, and sweep until nothing is due."""
        rows = [row for row in world.steps(GOAL) if row.status == "PLANNED"]
        lost = [one for one in (*rows, *_unsent()) if one.due_at is None]
        heard: Counter[str] = Counter()
        for minutes in (0, 0, 3, 6):
            if minutes and not _unsent():
                break
            now = NOW + timedelta(minutes=minutes)
            heard += self._hear(now)
            for row in world.steps(GOAL):
                steps.run(row.pk, row.sk, now=now)
            for message in mailroom.stored():
                dispatch.advance(message.message_id, now=now)
        heard += self._hear(now)
        return {"lost": lost, "heard": heard, **self._found()}

    def _found(self) -> dict[str, Any]:
        taken = [one.message_id for one in self.carrier.taken]
        goal = reads.get(Goal, user_pk(USER), goal_sk(GOAL))
        partners = [world.partner(one) for one in PARTNERS]
        escalation = world.escalation(GOAL, DAY)
        assert goal is not None
        assert escalation is not None
        return {
            "asked": sorted(ASKS[one] for one in taken if one in ASKS),
            "cleared": sorted(CLEARS[one] for one in taken if one in CLEARS),
            "taken twice": [one for one, count in Counter(taken).items() if count > 1],
            "unsent": _unsent(),
            "goal": (goal.status, goal.missed_run, goal.missed_since),
            "escalation": (escalation.status, escalation.reason),
            "steps": {(row.number, row.round): row.status for row in world.steps(GOAL)},
            "contacts": {(one.step, one.recipient_id): one.state for one in world.contacts(GOAL)},
            "counts": [(one.status, one.ask_count, one.contact_count, one.answer_count) for one in partners],
            "closed": {name for name, one in TOPICS.items() if reads.get(*topic_key(one)) is not None},
        }


def _unsent() -> list[Any]:
    return [one for one in mailroom.stored() if one.status in {"QUEUED", "DEFERRED", "SENDING"}]


def _consume(event: DomainEvent, now: datetime) -> None:
    match event:
        case told.DayMissed():
            starting.start(event, now=now)
        case told.GoalLogged():
            ending.after_log(event, now=now)
        case told.RunWithdrawn():
            ending.after_withdrawal(event, now=now)
        case events.MessageQueued():
            dispatch.advance(event.message_id, now=now)
        case events.AddressOptedOut():
            message_events.handle(event, now=now)
        case _ if type(event) in delivery.STATES:
            delivery.note(event, now=now)  # type: ignore[arg-type]


@contextmanager
def opened() -> Iterator[Scene]:
    """Provide the scene."""
    with pytest.MonkeyPatch.context() as patch, carriers.carried(Carrier()) as carrier, ExitStack() as listening:
        for name, value in messages.ENVIRONMENT.items():
            patch.setenv(name, value)
        environment.read_anew()
        patch.setitem(policy_rules.SEEDED, "standard", PLAN)
        yield Scene(carrier, listening)


@dataclass(frozen=True)
class Race:
    """Deeds that meet; orders in which somebody has to wait more often than ``preemptions`` are left out."""

    deeds: tuple[Deed, ...]
    preemptions: int | None = None

    @property
    def name(self) -> str:
        return "-".join(deed.__name__ for deed in self.deeds)

    def expected(self, committed: Sequence[int]) -> tuple[dict[str, Any], str]:
        """Return what must have come of it, by nothing but who committed first; and in a word which way it went."""
        asks = next(place for place, deed in enumerate(self.deeds) if deed in {step, send, ask})
        own = [place for place, who in enumerate(committed) if who == asks]
        first = {deed: committed.index(place) for place, deed in enumerate(self.deeds) if place != asks}
        over = min((first[deed] for deed in first if deed in ENDS or deed in CLOSES), default=inf)
        gone = min((first[deed] for deed in first if deed in GOES), default=inf)
        # Where nothing comes after the step, its message is sent once all is done.
        claim = {step: [len(committed)], send: own, ask: own[1:]}[self.deeds[asks]] or [inf]
        taken = self.deeds[asks] is send or own[0] < over
        chosen = taken and not (leave in first and self.deeds[asks] is not send and gone < own[0])
        asked = chosen and (claim[0] < min(over, gone) or over == gone == inf)
        instead = chosen and not asked and gone < inf
        got = {BEN: True, CLEO: asked, DAN: instead or (taken and not chosen)}
        ends = [ENDS[deed] for deed in first if deed in ENDS]
        left = [GOES[deed] for deed in first if deed in GOES]
        clears = got if ends else {}
        found = {
            "lost": [],
            "asked": [one for one in PARTNERS if got[one]],
            "cleared": [one for one in clears if got[one]],
            "taken twice": [],
            "unsent": [],
            "goal": (STATUS.get(ends[0] if ends else "", "ACTIVE"), *((0, None) if ends else (1, DAY))),
            "escalation": ("ENDED", ends[0]) if ends else ("OPEN", None),
            "steps": {(1, "00"): "DONE", (2, "00"): "DONE" if taken else "SKIPPED"}
            | ({(2, CLEO): "DONE"} if instead else {}),
            "contacts": {("01", BEN): "DELIVERED"}
            | ({("02", CLEO): "SENT" if asked else "BLOCKED" if left else "CANCELLED"} if chosen else {})
            | ({("02", DAN): "SENT"} if got[DAN] else {})
            | {(contacts.CLEAR, one): "SENT" for one in clears if got[one]},
            "counts": [
                (
                    left[0] if left and one == CLEO else "ACTIVE",
                    int(got[one]),
                    got[one] * (2 if ends else 1),
                    int(one == BEN and answer in first),
                )
                for one in PARTNERS
            ],
            "closed": {
                name
                for name, is_closed in {"run": bool(ends), "day": not CLOSES.isdisjoint(first)}.items()
                if is_closed
            },
            "heard": +Counter(
                AskAnswered=answer in first,
                EscalationEnded=len(ends),
                GoalLogged=log in first,
                RunWithdrawn=len(ends) - (log in first),
                PartnerLeft=len(left),
                StepRun=(taken and self.deeds[asks] is not send) + instead,
                StepSkipped=not taken,
            ),
        }
        return found, f"{'taken' if taken else 'skipped'}, {' and '.join(found['asked'])} asked"
