"""Eight missed days from the outside: a user in New York, one in Kathmandu, and the people who care about them.

Time is moved; everything else is real: people register, partners agree by text or on their page, days end in their
zone, the right people hear the right words once, in their hours, and whatever ends a matter ends it at once. What left
the system is read from the outbox, as the partners would read it.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests

from infra.local.client import TIMEOUT_SECONDS, Client, confirm_address, demo_user, run_schedule
from infra.local.clock import LocalClock
from infra.local.journeys import words
from infra.local.journeys.pages import fields_of, landing, link_in, submit
from infra.local.journeys.quiet import wait_until_quiet
from infra.local.journeys.steps import Say, StepFailed, expect, same
from infra.local.travel import travel
from shared.kernel.zones import instant_at

PASSWORD = "A-good-Passw0rd"
NEW_YORK, KATHMANDU, BERLIN = "America/New_York", "Asia/Kathmandu", "Europe/Berlin"
MISSED, RETURNS, STREAK = 8, 5, 7
"""Days that Nora misses, the day on which Kiran logs again, days in a row that he then logs."""

SWEEPS = (
    "accountability-sweep-days",
    "accountability-sweep-steps",
    "accountability-sweep-invitations",
    "messaging-sweep-messages",
)
LOGS_AT = wall_time(8)
DRIFT = timedelta(minutes=2)
"""Each day is looked at a little later than the one before, so that a day lies between two asks."""


@dataclass(slots=True)
class Partner:
    """Somebody who backs a user, as the journey knows them: where they live and when they may be written to."""

    name: str
    address: str
    zone: str
    hours: tuple[int, int] = (8, 21)
    id: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)

    def heard(self) -> list[tuple[str, str]]:
        """Return what they got so far, as (channel, which words), oldest first."""
        return [(entry["channel"], words.known(entry["words"])) for entry in self.got]


@dataclass(slots=True)
class User:
    """Somebody with a goal."""

    name: str
    zone: str
    client: Client
    goal: str
    goal_id: str = ""
    team: list[Partner] = field(default_factory=list)

    def partner(self, name: str) -> Partner:
        """Return one of the team."""
        return next(partner for partner in self.team if partner.name == name)


class MissedDays:
    """One play of the journey against a running stack."""

    def __init__(self, stack: Mapping[str, Any], say: Say) -> None:
        self.stack = stack
        self.say = say
        self.clock = LocalClock(Path(stack["clock"]))
        self.admin = demo_user(stack, "admin")
        self.guide = demo_user(stack, "guide")
        tail = f"{uuid.uuid4().int % 10**4:04d}"
        self.nora = User("Nora", NEW_YORK, Client(stack), "Morning run")
        self.nora.team = [
            Partner("Paula", f"+1212555{tail}", NEW_YORK),
            Partner("Ben", f"ben-{tail}@partners.example", BERLIN),
            Partner("Carl", f"+1646555{tail}", NEW_YORK),
        ]
        self.kiran = User("Kiran", KATHMANDU, Client(stack), "Evening pages")
        self.kiran.team = [
            Partner("Maya", f"+97798412{tail}0", KATHMANDU),
            Partner("Tom", f"+1305555{tail}", NEW_YORK, (8, 20)),
            Partner("Olga", f"olga-{tail}@partners.example", "Europe/London"),
        ]
        self.seen: set[str] = set()
        self.first_day = date.min

    def play(self) -> None:
        """Play every step.

        Raises:
            StepFailed: a step did not hold.
            TimeoutError: something did not come.
        """
        self.meet()
        self.name_partners()
        self.agree()
        self.preview()
        for number in range(1, MISSED + 1):
            self.day(number)
        self.nora_returns()
        for number in range(MISSED + 1, RETURNS + STREAK - 1):
            self.day(number)
        self.celebrate()
        self.look_back()
        self.let_invitations_expire()

    def meet(self) -> None:
        """Two users register, say where they live, set a goal and log their first day."""
        travel(self.stack, self._next(wall_time(16), "UTC"))
        self.first_day = self.clock.now().date()
        for user in (self.nora, self.kiran):
            email = f"{user.name.lower()}-{uuid.uuid4().hex[:8]}@users.example"
            body = {"email": email, "password": PASSWORD, "displayName": user.name}
            expect(user.client.call("POST", "/v1/auth/register", body), 201)
            confirm_address(self.stack, email, PASSWORD)
            expect(user.client.log_in(email, PASSWORD), 200)
            expect(user.client.call("PATCH", "/v1/accountability/profile", {"zone": user.zone}), 200)
            wanted = {"title": user.goal, "frequency": "daily"}
            user.goal_id = expect(user.client.call("POST", "/v1/goals", wanted), 201).data["id"]
            self._log(user)
        chosen = {"guideId": self.guide.user_id}
        path = f"/v1/admin/members/{self.nora.client.user_id}/guide"
        expect(self.admin.call("POST", path, chosen, api="adminApi"), 200)
        self.say(f"Nora in New York and Kiran in Kathmandu set a daily goal and log it on {self.first_day}")

    def name_partners(self) -> None:
        """Each names three people; whoever may not be written to now hears nothing yet."""
        nora, kiran = self.nora, self.kiran
        self._add(nora, "Paula", relationship="parent", phone=nora.partner("Paula").address)
        self._add(
            nora, "Ben", relationship="friend", email=nora.partner("Ben").address, zone=BERLIN, channels=["EMAIL"]
        )
        self._add(nora, "Carl", relationship="coworker", phone=nora.partner("Carl").address, channels=["SMS"])
        self._add(kiran, "Maya", relationship="spouse", phone=kiran.partner("Maya").address, channels=["SMS"])
        self._add(
            kiran,
            "Tom",
            relationship="sibling",
            phone=kiran.partner("Tom").address,
            privacy="NEUTRAL",
            milestones=False,
            channels=["SMS"],
        )
        self._add(
            kiran,
            "Olga",
            relationship="friend",
            email=kiran.partner("Olga").address,
            zone="Europe/London",
            channels=["EMAIL"],
        )
        twice = {"name": "Paula again", "relationship": "parent", "phone": nora.partner("Paula").address}
        expect(nora.client.call("POST", "/v1/support-team", twice), 409)
        self.settle()
        for partner in (*nora.team, *kiran.team):
            expected = [] if partner.name == "Maya" else [(self._channel(partner), "consent.request")]
            same(partner.heard(), expected, f"what {partner.name} got first")
        self.say(
            "Each names three people: one request for consent each, and to Maya none yet, it is night in Kathmandu"
        )

    def agree(self) -> None:
        """Paula and Tom say yes in their words, Ben agrees on his page with hours, Olga declines, Carl is silent."""
        self._reply(self.nora.partner("Paula"), "Yes please!")
        self._reply(self.kiran.partner("Tom"), "Sure 👍")
        ben = landing(link_in(self.nora.partner("Ben").got[0]["words"]))
        shown = fields_of(self._page(ben), "accept") | {"first": "EMAIL"}
        accepted = submit(ben, shown | {"begin": "10:00", "end": "18:00"})
        self._contains(accepted.text, "You are part of the team now")
        self.nora.partner("Ben").hours = (10, 18)
        again = submit(ben, shown)
        same(again.status_code, 410, "the same link a second time")
        olga = landing(link_in(self.kiran.partner("Olga").got[0]["words"]))
        self._contains(submit(olga, fields_of(self._page(olga), "decline")).text, "Nothing more comes to you")
        self._to(wall_time(8, 5), KATHMANDU)
        maya = self.kiran.partner("Maya")
        same(maya.heard(), [("sms", "consent.request")], "what Maya got in the morning")
        page = landing(link_in(maya.got[0]["words"]))
        wished = {"first": "SMS", "begin": "09:00", "end": "20:00"}
        submit(page, fields_of(self._page(page), "accept") | wished)
        maya.hours = (9, 20)
        self.settle()
        for user, agreed in ((self.nora, {"Paula", "Ben"}), (self.kiran, {"Maya", "Tom"})):
            team = expect(user.client.call("GET", "/v1/support-team"), 200).data
            same({one["name"] for one in team if one["status"] == "ACTIVE"}, agreed, f"who backs {user.name}")
        for partner in (*self.nora.team, *self.kiran.team):
            partner.got.clear()
        self.say(
            "Paula writes “Yes please!”, Tom “Sure 👍”, Ben and Maya agree on their page, Olga declines, Carl is silent"
        )

    def preview(self) -> None:
        """The dry run names who would hear, and sends nothing."""
        path = f"/v1/goals/{self.nora.goal_id}/escalation-preview"
        days = expect(self.nora.client.call("GET", path, days=7), 200).data["days"]
        asked = [len([one for one in day["contacts"] if one["kind"] == "ASK"]) for day in days]
        same(asked, [0, 1, 2, 2, 2, 2, 2], "how many would be asked on each of seven missed days")
        self.settle()
        same([partner.heard() for partner in self.nora.team], [[], [], []], "what the dry run sent")
        self.say("The dry run tells Nora who would hear what on seven missed days; nothing leaves")

    def day(self, number: int) -> None:
        """Let one day end for both, live the day after it, and look at who heard what.

        The stops are the end of the day and the first hours of those who may hear of it; later days interest one team
        only. From his return on Kiran logs at eight, an hour before Maya may be written to.
        """
        places = [(wall_time(0, 5), NEW_YORK), (wall_time(10, 5), BERLIN), (wall_time(8, 5), NEW_YORK)]
        if number > MISSED:
            places = []
        if number < RETURNS:
            places += [(wall_time(0, 5), KATHMANDU), (wall_time(9, 5), KATHMANDU)]
        if number >= RETURNS - 1:
            places += [(LOGS_AT, KATHMANDU)]
        day = self.first_day + timedelta(days=number + 1)
        for stop, at in sorted((instant_at(day, at, zone) + number * DRIFT, at) for at, zone in places):
            travel(self.stack, stop)
            self.settle()
            self._react(number)
            if at == LOGS_AT:
                self._log(self.kiran)
                self.settle()
        self._tell(number)

    def nora_returns(self) -> None:
        """Nora logs after eight missed days: Ben gets the all-clear, Paula who said STOP does not."""
        ben, paula = self.nora.partner("Ben"), self.nora.partner("Paula")
        same(paula.heard()[-1], ("sms", "service.stopped"), "the last that Paula got")
        before = len(paula.got)
        self._log(self.nora)
        self.settle()
        same(ben.heard()[-1], ("email", "escalation.all-clear"), "the last that Ben got")
        same(len(paula.got), before, "messages to Paula after STOP")
        same(self._nora_heard(), self._nora_expected(), "all that Nora's team got")
        self.say("Nora logs on day nine: all-clear to Ben; Paula, who stopped, hears nothing")

    def celebrate(self) -> None:
        """Seven days in a row: Maya hears of it, Tom who does not want to does not."""
        self._to(wall_time(9, 30), KATHMANDU)
        maya, tom = self.kiran.partner("Maya"), self.kiran.partner("Tom")
        same(maya.heard(), [("sms", one) for one in self._maya_expected()], "all that Maya got")
        same([heard for _, heard in tom.heard()], self._tom_expected(), "all that Tom got")
        if any(self.kiran.goal in entry["words"] for entry in tom.got):
            raise StepFailed("Tom was told the goal's title, which Kiran keeps from him")
        same(self.kiran.partner("Olga").heard(), [], "messages to Olga, who declined")
        insights = expect(self.kiran.client.call("GET", "/v1/insights", goalId=self.kiran.goal_id), 200).data
        same((insights["streak"], insights["next_milestone"]), (STREAK, "30 days"), "Kiran's insights")
        self.say("Kiran's seventh day in a row: Maya hears of it, Tom does not care for milestones")

    def look_back(self) -> None:
        """The timeline tells every contact with its result, and the page tells the partner where things stand."""
        contacts = self._contacts(self.nora)
        blocked = [one for one in contacts if one["state"] == "BLOCKED"]
        # Ben had his three asks of the week, and its one message; Paula, who stopped, would have got the all-clear.
        refused = {("Ben", "FREQUENCY"), ("Paula", "NO_CONSENT")}
        same({(one["name"], one["reason"]) for one in blocked}, refused, "contacts that were blocked")
        sent = [one for one in contacts if one["partnerId"] and one["state"] in {"SENT", "DELIVERED"}]
        heard = [one for partner in self.nora.team for one in partner.heard()]
        told = [words for channel, words in heard if words.startswith("escalation.") and channel != "voice"]
        same(len(sent), len(told), "contacts on the timeline that were sent")
        same({one["name"] for one in contacts} - {"Paula", "Ben", "Your guide"}, set(), "who was contacted at all")
        answers = [one["responseReceived"] for one in contacts if one["responseReceived"]]
        same(answers, ["ACCEPTED"], "the answers on the timeline")
        notices = expect(self.guide.call("GET", "/v1/notifications"), 200).data
        if not any("Nora" in notice["message"] for notice in notices):
            raise StepFailed("the guide was not told that Nora missed a day")
        self.say(f"Nora's timeline has {len(contacts)} contacts with their results; her guide was told first")

    def let_invitations_expire(self) -> None:
        """Carl, who never answered, got one request and two reminders, and then nothing."""
        travel(self.stack, instant_at(self.first_day + timedelta(days=15), wall_time(12), NEW_YORK))
        self.settle()
        carl = self.nora.partner("Carl")
        same([heard for _, heard in carl.heard()], ["consent.reminder"] * 2, "what Carl got after the request")
        team = expect(self.nora.client.call("GET", "/v1/support-team"), 200).data
        standing = {one["name"]: one["status"] for one in team}
        same(standing, {"Paula": "OPTED_OUT", "Ben": "ACTIVE", "Carl": "EXPIRED"}, "Nora's team in the end")
        for user in (self.nora, self.kiran):
            expect(user.client.call("DELETE", f"/v1/goals/{user.goal_id}"), 200)
        self.say("Carl never answered: two reminders, then his invitation expired and nothing more goes out")

    def settle(self) -> None:
        """Run the schedules, wait until nothing is on its way, and hand out what left the system."""
        for name in SWEEPS:
            run_schedule(self.stack, name)
        wait_until_quiet(self.stack)
        outgoing = requests.get(f"{self.stack['outbox']}.json", timeout=TIMEOUT_SECONDS).json()["messages"]
        for entry in reversed(outgoing):
            if entry["direction"] != "inbound" and entry["id"] not in self.seen:
                self.seen.add(entry["id"])
                self._deliver(entry)

    def _deliver(self, entry: dict[str, Any]) -> None:
        for partner in (*self.nora.team, *self.kiran.team):
            if partner.address in entry["to"]:
                local = datetime.fromisoformat(entry["at"]).astimezone(ZoneInfo(partner.zone))
                answer = words.known(entry["words"]).startswith("service.")
                if not answer and not partner.hours[0] <= local.hour < partner.hours[1]:
                    raise StepFailed(f"{partner.name} was written to at {local:%H:%M}: {entry['words']}")
                partner.got.append(entry)

    def _react(self, number: int) -> None:
        """Do what the people do on a day: Ben answers on day three, Tom and Paula, who stops, on day four."""
        ben, paula, tom = self.nora.partner("Ben"), self.nora.partner("Paula"), self.kiran.partner("Tom")
        if number == 4 and self._last(tom) == "escalation.day-3-plus":
            self._reply(tom, "ok will do!!")
            same(self._last(tom), "answer.accepted", "what Tom heard back")
            self.say("Tom is asked and writes “ok will do!!”: he is thanked, and nobody else is asked that day")
        if number == 3 and self._last(ben) == "escalation.day-3-plus" and len(ben.got) and not self._answered:
            address = link_in(ben.got[-1]["words"])
            page = self._page(address)
            self._contains(page, "Can you check in with Nora?")
            self._contains(submit(address, fields_of(page, "answer") | {"answer": "ACCEPTED"}).text, "answer is noted")
            self._answered = True
            self.settle()
        if number == 4 and self._last(paula) == "escalation.day-3-plus":
            self._reply(paula, "Stop.")
            self.settle()

    _answered = False

    @staticmethod
    def _last(partner: Partner) -> str:
        return partner.heard()[-1][1] if partner.got else ""

    def _nora_heard(self) -> dict[str, list[tuple[str, str]]]:
        return {partner.name: partner.heard() for partner in self.nora.team[:2]}

    def _nora_expected(self) -> dict[str, list[tuple[str, str]]]:
        """Return what Nora's team must have got.

        Day 1 tells both. One of them is asked on day 2, whoever comes first; both on day 3, but Ben answers before it
        is morning at Paula's; both on day 4, when Paula stops. Ben is asked three times in a week at most; the week's
        own message comes on day 7, and once a week.
        """
        paula_first = any(heard == "escalation.day-2" for _, heard in self.nora.partner("Paula").heard())
        ask = "escalation.day-3-plus"
        ben = ["escalation.day-1", *([] if paula_first else ["escalation.day-2"]), *[ask] * (3 if paula_first else 2)]
        paula = ["escalation.day-1", *(["escalation.day-2"] if paula_first else []), ask]
        return {
            "Paula": [*self._with_voice(paula), ("sms", "service.stopped")],
            "Ben": [("email", one) for one in (*ben, "escalation.week", "escalation.all-clear")],
        }

    @staticmethod
    def _with_voice(heard: Iterable[str]) -> list[tuple[str, str]]:
        return [(channel, one) for one in heard for channel in ("sms", "voice")]

    def _maya_expected(self) -> list[str]:
        first = any(heard == "escalation.day-2" for _, heard in self.kiran.partner("Maya").heard())
        # On day five Kiran logs before Maya's hours begin: the ask about day four never reaches her.
        asks = [*(["escalation.day-2"] if first else []), "escalation.day-3-plus"]
        return ["escalation.day-1", *asks, "escalation.all-clear", "milestone.success"]

    def _tom_expected(self) -> list[str]:
        # Midnight in Kathmandu is the afternoon in Florida: Tom hears at once.
        first = any(heard == "escalation.day-2" for _, heard in self.kiran.partner("Tom").heard())
        asks = [*(["escalation.day-2"] if first else []), *["escalation.day-3-plus"] * 2]
        return ["escalation.day-1", *asks, "answer.accepted", "escalation.all-clear"]

    def _tell(self, number: int) -> None:
        heard = {partner.name: [one for _, one in partner.heard()] for partner in (*self.nora.team, *self.kiran.team)}
        latest = ", ".join(f"{name} {said[-1]}" for name, said in heard.items() if said)
        self.say(f"Day {number} is over; the last that each heard: {latest or 'nothing'}")

    def _add(self, user: User, name: str, **said: Any) -> None:
        partner = user.partner(name)
        partner.id = expect(user.client.call("POST", "/v1/support-team", {"name": name, **said}), 201).data["id"]

    @staticmethod
    def _channel(partner: Partner) -> str:
        return "email" if "@" in partner.address else "sms"

    def _log(self, user: User) -> None:
        body = {"goal_id": user.goal_id, "completed": True, "notes": "Done."}
        expect(user.client.call("POST", "/v1/logs", body), 201)

    def _contacts(self, user: User) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = expect(user.client.call("GET", f"/v1/goals/{user.goal_id}/contacts", limit=50, **cursor), 200)
            found += answer.data
            if not answer.body["pagination"]["nextCursor"]:
                return found
            cursor = {"cursor": answer.body["pagination"]["nextCursor"]}

    def _reply(self, partner: Partner, body: str) -> None:
        form = {"from": partner.address, "body": body}
        answer = requests.post(f"{self.stack['outbox']}/reply", data=form, timeout=TIMEOUT_SECONDS)
        same(answer.status_code, 200, f"the reply of {partner.name}")
        self.settle()

    @staticmethod
    def _page(address: str) -> str:
        answer = requests.get(address, timeout=TIMEOUT_SECONDS)
        same(answer.status_code, 200, "the partner's page")
        return answer.text

    @staticmethod
    def _contains(page: str, text: str) -> None:
        if text not in page:
            raise StepFailed(f"{text!r} is not on the page: {page}")

    def _next(self, at: wall_time, zone: str) -> datetime:
        day = self.clock.now().astimezone(ZoneInfo(zone)).date()
        instants = (instant_at(day + timedelta(days=ahead), at, zone) for ahead in range(2))
        return next(instant for instant in instants if instant > self.clock.now())

    def _to(self, at: wall_time, zone: str) -> None:
        travel(self.stack, self._next(at, zone))
        self.settle()
