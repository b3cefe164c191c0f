"""People who live on one moved clock: each life is played side by side with all others, on one run of days.

A life is a generator. It acts through the API, the pages and the outbox as its people would, and yields when it wants
to go on: an instant, or ``SOON`` once all that is on its way has arrived. Moving the clock and letting everything
arrive are what takes time, so all lives share both.
"""

import heapq
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests

from infra.local.client import TIMEOUT_SECONDS, Answer, Client, confirm_address, run_schedule
from infra.local.clock import LocalClock
from infra.local.journeys.missed_days import NEW_YORK, PASSWORD, SWEEPS
from infra.local.journeys.quiet import wait_until_quiet
from infra.local.travel import travel
from shared.kernel.zones import instant_at

SOON = None
"""Go on as soon as nothing is on its way any more."""

AREAS = (212, 646, 917, 718)
"""Of New York."""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody who is written to, under a number or an address, and everything they got."""

    name: str
    address: str
    village: "Village" = field(repr=False)
    id: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)

    def words(self, *channels: str) -> list[str]:
        """Return what they got so far, oldest first, on these channels or on all."""
        return [one["words"] for one in self.got if not channels or one["channel"] in channels]

    @property
    def last(self) -> str:
        """The last that they got."""
        return self.words()[-1] if self.got else ""

    def link(self, part: str = "/p/") -> str:
        """Return the last link that they got to their page, or the last with something else in its address."""
        found = re.findall(r"https?://[^\s\"<>]+", " ".join(self.words()))
        return [link.rstrip(".") for link in found if part in link][-1]

    def writes(self, body: str, *, whatsapp: bool = False) -> None:
        """Answer the last that they got, by text or by WhatsApp."""
        form = {"from": f"whatsapp:{self.address}" if whatsapp else self.address, "body": body}
        answer = requests.post(f"{self.village.stack['outbox']}/reply", data=form, timeout=TIMEOUT_SECONDS)
        assert answer.status_code == 200, answer.text


@dataclass(slots=True)
class User:
    """Somebody with a goal and people who back them."""

    name: str
    zone: str
    client: Client
    village: "Village" = field(repr=False)
    goal_id: str = ""
    people: list[Person] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **query: Any) -> Answer:
        """Call the API and hold the answer to a status."""
        answer = self.client.call(method, path, body, **query)
        assert answer.status == status, (method, path, answer.status, answer.body)
        return answer

    def sets_a_goal(self, title: str, frequency: Any = "daily") -> str:
        """Set a goal that asks its partners from the first missed day on."""
        self.goal_id = self.call("POST", "/v1/goals", {"title": title, "frequency": frequency}, status=201).data["id"]
        return self.goal_id

    def logs(self, **more: Any) -> None:
        """Log the present day."""
        self.call("POST", "/v1/logs", {"goal_id": self.goal_id, "completed": True, **more}, status=201)

    def names(self, person: Person, *, relationship: str = "friend", **said: Any) -> Person:
        """Name somebody as a partner; by their number or their mail address."""
        way = {"email": person.address} if "@" in person.address else {"phone": person.address}
        channels = {"channels": ["EMAIL"]} if "@" in person.address else {"channels": ["SMS"]}
        body = {"name": person.name, "relationship": relationship, **way, **channels, **said}
        person.id = self.call("POST", "/v1/support-team", body, status=201).data["id"]
        self.people.append(person)
        return person

    def asks(self, *people: Person, **said: str) -> None:
        """Set a goal, log its first day, and name people."""
        self.sets_a_goal("Morning run")
        self.logs()
        for person in people:
            self.names(person, **said)

    def sees(self, person: Person) -> dict[str, Any]:
        """Return a partner as the user sees them."""
        found: dict[str, Any] = self.call("GET", f"/v1/support-team/{person.id}").data
        return found

    def timeline(self) -> list[str]:
        """Return what the user's timeline says, newest first."""
        return [one["content"] for one in self.call("GET", "/v1/interactions", limit=50).data]

    def notices(self) -> list[str]:
        """Return what lies in the user's inbox, newest first."""
        return [one["message"] for one in self.call("GET", "/v1/notifications", limit=50).data]

    def contacts(self) -> list[dict[str, Any]]:
        """Return every contact about the goal, with its result."""
        found: list[dict[str, Any]] = self.call("GET", f"/v1/goals/{self.goal_id}/contacts", limit=50).data
        return found


Moments = Iterator[datetime | None]
Life = Callable[["Village"], Moments]


class Village:
    """Everybody who lives on the clock of one stack.

    Attributes:
        failed: by life, what did not hold.
        first_day: the date on which all lives begin, at noon in New York.
    """

    def __init__(self, stack: Mapping[str, Any]) -> None:
        self.stack = stack
        self.clock = LocalClock(Path(stack["clock"]))
        self.failed: dict[str, BaseException] = {}
        self.first_day = date.min
        self._people: list[Person] = []
        # One after the other from anywhere: no two people share a number.
        self._numbers = count(uuid.uuid4().int % 10**4)
        self._seen: set[str] = set()

    def at(self, day: int, hour: int, minute: int = 0, zone: str = NEW_YORK) -> datetime:
        """Return an instant by the number of its day, 0 for the first, and the time there."""
        return instant_at(self.first_day + timedelta(days=day), wall_time(hour, minute), zone)

    def person(self, name: str, address: str = "") -> Person:
        """Return somebody new: with a mobile number of New York, unless an address of theirs is given."""
        number = next(self._numbers)
        address = address or f"+1{AREAS[number % len(AREAS)]}555{number % 10**4:04d}"
        person = Person(name, address.format(tail=uuid.uuid4().hex[:6]), self)
        self._people.append(person)
        return person

    def user(self, name: str, zone: str = NEW_YORK, **profile: Any) -> User:
        """Register somebody, with a confirmed address, signed in."""
        client, email = Client(self.stack), f"{name.lower()}-{uuid.uuid4().hex[:8]}@users.example"
        user = User(name, zone, client, self)
        user.call("POST", "/v1/auth/register", {"email": email, "password": PASSWORD, "displayName": name}, status=201)
        confirm_address(self.stack, email, PASSWORD)
        assert client.log_in(email, PASSWORD).status == 200
        user.call("PATCH", "/v1/accountability/profile", {"zone": zone, **profile})
        return user

    def number_behaves(self, address: str, **how: Any) -> None:
        """Tell the texting provider how a number behaves from now on."""
        body = {"number": address, **how}
        url = f"{self.stack['simulators']['twilio']}/_sim/numbers"
        requests.post(url, json=body, timeout=TIMEOUT_SECONDS).raise_for_status()

    def play(self, lives: Mapping[str, Life]) -> None:
        """Play all lives to their end; one that fails does not disturb the others."""
        noon = instant_at(self.clock.now().astimezone(ZoneInfo(NEW_YORK)).date(), wall_time(12), NEW_YORK)
        begin = noon if noon > self.clock.now() else noon + timedelta(days=1)
        self.first_day = begin.astimezone(ZoneInfo(NEW_YORK)).date()
        self._travel(begin)
        waiting = [(begin, number, name, life(self)) for number, (name, life) in enumerate(lives.items())]
        heapq.heapify(waiting)
        while waiting:
            self._travel(waiting[0][0])
            self._settle()
            now = waiting[0][0]
            due = []
            while waiting and waiting[0][0] == now:
                due.append(heapq.heappop(waiting))
            for _, number, name, life in due:
                wanted = self._go_on(name, life)
                if wanted is not StopIteration:
                    heapq.heappush(waiting, (max(now, wanted or now), number, name, life))

    def _go_on(self, name: str, life: Iterator[datetime | None]) -> Any:
        try:
            return next(life, StopIteration)
        except Exception as problem:  # noqa: BLE001 - told by the test of that life, after all have been lived
            self.failed[name] = problem
            return StopIteration

    def _travel(self, instant: datetime) -> None:
        if instant > self.clock.now():
            travel(self.stack, instant)

    def _settle(self) -> None:
        """Run the schedules, wait until nothing is on its way, and hand out what left the system."""
        for name in SWEEPS:
            run_schedule(self.stack, name)
        wait_until_quiet(self.stack, seconds=240)
        outgoing = requests.get(f"{self.stack['outbox']}.json", timeout=TIMEOUT_SECONDS).json()["messages"]
        fresh = [one for one in reversed(outgoing) if one["direction"] != "inbound" and one["id"] not in self._seen]
        for entry in fresh:
            self._seen.add(entry["id"])
            for person in self._people:
                if person.address in {to.removeprefix("whatsapp:") for to in entry["to"]}:
                    person.got.append(entry)


def plain(texts: Sequence[str]) -> list[str]:
    """Return texts with their links and days named the same, so that they can be compared word for word."""
    without = [re.sub(r"https?://\S+", "LINK", text) for text in texts]
    english, spanish = r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+", r"el \w+ \d{1,2} de \w+"
    return [re.sub(f"{english}|{spanish}", "DAY", text) for text in without]
