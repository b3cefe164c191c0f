"""What does not arrive by one channel goes by the next, on the deployed stack: at once, or when nobody confirmed it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any

import pytest
import requests

from infra.local.client import TIMEOUT_SECONDS, Client, run_schedule
from infra.local.clock import LocalClock
from infra.local.journeys import words
from infra.local.journeys.quiet import wait_until_quiet
from infra.local.journeys.steps import expect
from infra.local.travel import travel
from shared.kernel.zones import instant_at
from tests.stack.conftest import Stack
from tests.stack.test_notifications import registered

SWEEPS = (
    "accountability-sweep-days",
    "accountability-sweep-steps",
    "messaging-sweep-messages",
)
NOON_THERE = "Pacific/Auckland"
"""Where partners live: when the user's day ends in UTC, it is noon or one o'clock there."""

FALLBACK = timedelta(minutes=16)
NOTICE = "escalation.day-1"
Heard = tuple[str, str, str]


@dataclass
class Partner:
    """Somebody who is told of a missed day: by telephone if that reaches them, else by mail."""

    phone: str
    email: str

    def heard(self, stack: Stack) -> list[Heard]:
        """Return how they were told of missed days, oldest first: channel, words, what became of it."""
        found = requests.get(f"{stack['outbox']}.json", timeout=TIMEOUT_SECONDS).json()["messages"]
        ours = [one for one in reversed(found) if {self.phone, self.email} & _plain(one["to"])]
        told = [(one["channel"], words.known(one["words"]), one["status"]) for one in ours]
        return [one for one in told if one[1] == NOTICE]


def _plain(addresses: list[str]) -> set[str]:
    return {address.removeprefix("whatsapp:") for address in addresses}


@pytest.fixture
def simulate(stack: Stack) -> Iterator[Any]:
    """Provide ``simulate("numbers", number=…)``, which steers the simulator of Twilio."""

    def post(what: str, **body: Any) -> None:
        answer = requests.post(f"{stack['simulators']['twilio']}/_sim/{what}", json=body, timeout=TIMEOUT_SECONDS)
        assert answer.status_code < 300, answer.text

    return post


def _midnight(stack: Stack) -> None:
    """Go to five past the next midnight in UTC, where the user lives."""
    day = LocalClock(Path(stack["clock"])).now().date() + timedelta(days=1)
    travel(stack, instant_at(day, wall_time(0, 5), "UTC"))
    _settle(stack)


def _settle(stack: Stack) -> None:
    for name in SWEEPS:
        run_schedule(stack, name)
    wait_until_quiet(stack)


def _name(client: Client, number: int, *channels: str) -> Partner:
    """Name a partner who is to be reached by these channels; they are asked for their consent by text."""
    partner = Partner(f"+44740{number}{uuid.uuid4().int % 10**6:06}", f"pat-{uuid.uuid4().hex[:6]}@partners.example")
    body = {"name": f"Pat {number}", "relationship": "friend", "phone": partner.phone, "email": partner.email}
    expect(client.call("POST", "/v1/support-team", body | {"zone": NOON_THERE, "channels": channels}), 201)
    return partner


def _now(stack: Stack) -> datetime:
    return LocalClock(Path(stack["clock"])).now()


Attempts = list[tuple[str, str, str | None]]


def _logged(client: Client, admin: Client, goal_id: str) -> dict[str, Attempts]:
    """Return what the delivery log tells operators of each contact on the user's timeline: its attempts."""
    contacts = expect(client.call("GET", f"/v1/goals/{goal_id}/contacts"), 200).data
    found: dict[str, Attempts] = {}
    for one in contacts:
        if one["partnerId"]:
            log = expect(admin.call("GET", f"/v1/admin/messages/{one['id']}", api="adminApi"), 200).data
            found[one["name"]] = [(each["channel"], each["state"], each["code"]) for each in log["attempts"]]
    return found


@pytest.mark.covers("X-A-26", "X-A-28", "S-A-35", "X-N-08")
def test_what_does_not_arrive_goes_by_the_next_channel(stack: Stack, admin: Client, simulate: Any) -> None:
    _midnight(stack)
    client, _ = registered(stack)
    goal_id = expect(client.call("POST", "/v1/goals", {"title": "Morning run", "frequency": "daily"}), 201).data["id"]
    lost, silent = (_name(client, number, "SMS", "EMAIL") for number in (1, 2))
    stranger, writer = (_name(client, number, "WHATSAPP", "EMAIL") for number in (3, 4))
    _settle(stack)
    for partner in (lost, silent, stranger, writer):
        simulate("reply", **{"from": partner.phone, "body": "YES"})
    _settle(stack)
    simulate("numbers", number=lost.phone, text="undelivered")
    simulate("numbers", number=silent.phone, text="sent")
    travel(stack, _now(stack) + timedelta(hours=6))
    simulate("reply", **{"from": f"whatsapp:{writer.phone}", "body": "How is it going?"})
    _settle(stack)

    _midnight(stack)
    mailed, texted = ("email", NOTICE, "delivery"), ("sms", NOTICE, "sent")
    assert lost.heard(stack) == [("sms", NOTICE, "undelivered"), mailed]
    assert silent.heard(stack) == [texted]
    assert stranger.heard(stack) == [mailed]
    assert writer.heard(stack) == [("whatsapp", NOTICE, "delivered")]

    travel(stack, _now(stack) + FALLBACK)
    _settle(stack)
    assert lost.heard(stack) == [("sms", NOTICE, "undelivered"), mailed]
    assert silent.heard(stack) == [texted, mailed]
    assert writer.heard(stack) == [("whatsapp", NOTICE, "delivered")]
    assert _logged(client, admin, goal_id) == {
        "Pat 1": [("SMS", "UNDELIVERED", "30003"), ("EMAIL", "DELIVERED", None)],
        "Pat 2": [("SMS", "SENT", None), ("EMAIL", "DELIVERED", None)],
        "Pat 3": [("EMAIL", "DELIVERED", None)],
        "Pat 4": [("WHATSAPP", "DELIVERED", None)],
    }
    expect(client.call("DELETE", f"/v1/goals/{goal_id}"), 200)
