"""A mailroom in a storm: many messages, each worked several times by several workers over wires that fail.

While they are worked, matters end, people write STOP and consents are withdrawn; providers refuse, fall silent before
and after they took something, and workers die there. Then the weather clears, time goes on, and ``problems`` tells what
is not as it must be.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from shared.kernel.errors import Unavailable
from shared.kernel.storage.client import dynamodb
from shared.messaging import Channel
from shared.messaging.message_items import MESSAGE_PREFIX, Message
from shared.messaging.recipients import suppression
from shared.messaging.sending import delivery, dispatch
from tests import carriers, faults, messages
from tests.carriers import Carrier
from tests.clock import START

CALLS = (*faults.WRITES, "GetItem", "BatchGetItem", "Query")
STORAGE = (
    faults.THROTTLE,
    faults.CONFLICT,
    faults.SILENT_BEFORE,
    faults.SILENT_AFTER,
    faults.DUPLICATE,
    faults.CRASH_BEFORE,
    faults.CRASH_AFTER,
)
PROVIDER = (
    carriers.AGAIN,
    carriers.FINAL,
    carriers.SILENT_BEFORE,
    carriers.SILENT_AFTER,
    carriers.CRASH_BEFORE,
    carriers.CRASH_AFTER,
)
DELIVERIES = 3
ENDS = ("close", "stop", "withdraw", "leave")
QUIET_ROUNDS = 12


def phone(number: int) -> str:
    """Return the mobile number of a person; ten share a block, so that no budget is in the way."""
    return f"+447400{number:03}{number % 10:03}"


@dataclass
class Storm:
    """What is under way.

    Attributes:
        seed: of everything drawn.
        carrier: the provider.
        ids: messages by number.
        ended: messages that something ended before they were claimed, with what did.
        seen: storage faults that happened.
        crashes: workers that died.
    """

    seed: int
    carrier: Carrier
    ids: list[str] = field(default_factory=list)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    crashes: int = 0

    def people(self, count: int) -> None:
        """Enlist people, one message to each; every tenth is asked by two users, and wants voice messages besides."""
        messages.register_sender()
        for number in range(count):
            name, twice = f"ptn_{number}", number % 10 == 0
            messages.enlist(name, phone=phone(number), email=None, voicemail=number % 10 == 1)
            self.ids.append(self._asked(number, name, "partner-ask" if twice else "partner-notice"))
            if twice:
                again = self._asked(number, name, "partner-ask", more="again")
                self.pairs.append((self.ids[-1], again))

    def _asked(self, number: int, to: str, category: str, *, more: str = "") -> str:
        words = messages.WORDS | {"user_name": f"Ada {number}{more}"}
        return messages.ask(
            f"{self.seed}-{number}{more}",
            to=to,
            category=category,
            topics=(f"run:{number}{more}",),
            subject_id=f"usr_{number}{more}",
            variables=words,
        )

    def blow(self, *, workers: int, rate: float) -> None:
        """Let the workers work while storage fails at a rate, and the provider at twice that."""
        draw = random.Random(self.seed)
        jobs: list[Callable[[], None]] = []
        for number, message_id in enumerate(self.ids):
            jobs += [lambda one=message_id: self._work(one)] * DELIVERIES
            if number % 10 in {3, 4, 5, 6}:
                jobs.append(lambda n=number: self._end(n, ENDS[n % 4]))
        jobs += [lambda one=again: self._work(one) for _, again in self.pairs] * DELIVERIES
        draw.shuffle(jobs)
        self.carrier.plan = _failing(random.Random(self.seed + 1), 2 * rate)
        plan = faults.at_random(self.seed + 2, rate, STORAGE)
        with (
            faults.injected(plan, operations=CALLS, stale=rate, seed=self.seed) as wire,
            ThreadPoolExecutor(workers) as pool,
        ):
            self._wire = wire
            for done in [pool.submit(job) for job in jobs]:
                done.result()
        self.seen += wire.seen
        self.carrier.plan = lambda _: None

    def _work(self, message_id: str) -> None:
        try:
            dispatch.advance(message_id, now=START)
        except faults.Crash:
            self.crashes += 1
        except Unavailable:
            pass
        self._wire.revive()

    def _end(self, number: int, how: str) -> None:
        """Let something end a message, again until it is sure to have; what it found unclaimed must stay unsent."""
        act = {
            "close": lambda: messages.close(f"run:{number}"),
            "stop": lambda: suppression.suppress(phone(number), "STOP", source=f"SM{number}", now=START),
            "withdraw": lambda: messages.agree(f"ptn_{number}", Channel.SMS, kind="WITHDRAWN"),
            "leave": lambda: messages.leave(f"ptn_{number}"),
        }[how]
        self._surely(act)
        standing = self._surely(lambda: messages.standing(self.ids[number]))
        if standing.attempt == 0:
            self.ended[self.ids[number]] = how

    def _surely(self, act: Callable[[], Any]) -> Any:
        while True:
            try:
                return act()
            except (faults.Crash, Unavailable):
                self._wire.revive()

    def clear(self) -> datetime:
        """Let time go on until nothing is due; what was taken is confirmed, some of it late."""
        now = START
        for quiet in range(QUIET_ROUNDS):
            now += timedelta(minutes=3)
            for one in list(self.carrier.taken):
                if quiet or int(one.to[-1]) % 2:
                    delivery.apply(one.message_id, one.attempt, "DELIVERED", provider_id="SM", now=now)
                    delivery.apply(one.message_id, one.attempt, "SENT", provider_id="SM", now=now)
            for message in stored():
                dispatch.advance(message.message_id, now=now)
        return now

    def problems(self) -> list[str]:
        """Return what is not as it must be."""
        found: list[str] = []
        takes = Counter((one.message_id, one.channel) for one in self.carrier.taken)
        told: dict[str, list[str]] = defaultdict(list)
        for name, data in _events():
            told[name].append(data)
        found += [f"{one} was sent {count} times by {channel}" for (one, channel), count in takes.items() if count > 1]
        found += [f"{one} was sent after: {how}" for one, how in self.ended.items() if (one, Channel.SMS) in takes]
        ask_takes = Counter(
            one.to for one in self.carrier.taken if one.category == "partner-ask" and one.channel is Channel.SMS
        )
        found += [f"{count} asks went to one person in a day" for count in ask_takes.values() if count > 1]
        for message in stored():
            taken = any(one == message.message_id for one, _ in takes)
            found += _of_message(message, taken=taken, told=told)
        found += [
            f"attempt {one.attempt} of {one.message_id} is {state} though it arrived"
            for one in self.carrier.taken
            if (state := _state(one.message_id, one.attempt)) != "DELIVERED"
        ]
        expected = {one for one in self.ids if one not in self.ended} - {one for pair in self.pairs for one in pair}
        sent = {one for one, _ in takes}
        for message in stored():
            one = message.message_id
            lawful = message.status in {"CANCELLED", "BLOCKED"} and int(_number(message)) % 10 in {3, 4, 5, 6}
            refused = (one, carriers.FINAL) in self.carrier.met
            if message.status == "FAILED" and not refused:
                found.append(f"{one} is given up for {message.reason}")
            if one in expected and one not in sent and not refused and not lawful:
                found.append(f"{one} was never sent: {message.status} {message.reason}")
        return found

    def figures(self) -> dict[str, Any]:
        """Return what happened."""
        statuses = Counter(message.status for message in stored())
        return {
            "seed": self.seed,
            "messages": statuses.total(),
            "statuses": dict(statuses),
            "taken": len(self.carrier.taken),
            "ended before the claim": dict(Counter(self.ended.values())),
            "provider": dict(self.carrier.seen),
            "asked": self.carrier.asked,
            "storage": dict(self.seen),
            "crashes": self.crashes,
        }


def _state(message_id: str, number: int) -> str:
    return next(one.state for one in messages.attempts(message_id) if one.attempt == number)


def _number(message: Message) -> str:
    return message.recipient_id.removeprefix("ptn_")


def _of_message(message: Message, *, taken: bool, told: dict[str, list[str]]) -> list[str]:
    found = []
    one = message.message_id
    if message.due_at is not None or message.status in {"QUEUED", "DEFERRED", "SENDING"}:
        found.append(f"{one} is left {message.status}")
    if taken != (message.status == "DELIVERED"):
        found.append(f"{one} was {'' if taken else 'not '}taken and is {message.status} {message.reason}")
    for event, status in (
        ("MessageDelivered", "DELIVERED"),
        ("MessageFailed", "FAILED"),
        ("MessageBlocked", "BLOCKED"),
        ("MessageCancelled", "CANCELLED"),
    ):
        if told[event].count(one) != (message.status == status):
            found.append(f"{one} is {message.status} and {event} was told {told[event].count(one)} times")
    if taken and told["MessageSent"].count(one) < 1:
        found.append(f"{one} was sent and nobody told")
    return found


def _failing(draw: random.Random, rate: float) -> carriers.Plan:
    """Return a plan whose failures take turns, so that few of them are of every kind."""
    turns = cycle(draw.sample(PROVIDER, len(PROVIDER)))
    return lambda _: next(turns) if draw.random() < rate else None


def stored() -> list[Message]:
    """Return every message there is."""
    return [
        Message.load(item)
        for item in _rows()
        if item["pk"]["S"].startswith(MESSAGE_PREFIX) and item["sk"]["S"] == Message.SK
    ]


def _rows() -> list[dict[str, Any]]:
    pages = dynamodb().get_paginator("scan").paginate(TableName=Message.table(), ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def _events() -> list[tuple[str, str]]:
    return [
        (item["type"]["S"], json.loads(item["data"]["S"]).get("message_id", ""))
        for item in _rows()
        if item["pk"]["S"].startswith("OUTBOX#")
    ]


def storm(seed: int, *, people: int, workers: int, rate: float) -> Storm:
    """Let a storm pass over a mailroom and return what is left."""
    with carriers.carried(Carrier()) as carrier:
        weather = Storm(seed, carrier)
        weather.people(people)
        weather.blow(workers=workers, rate=rate)
        weather.clear()
    return weather
