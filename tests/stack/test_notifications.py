"""Messages of the spine on the deployed stack: account mails, the warning of a low balance, the bell."""

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.local.client import Client, Socket, confirm_address, mails_to
from infra.local.clock import LocalClock
from shared.kernel.ids import derived_id
from tests.stack.conftest import Stack, give

PASSWORD = "Deep-water-7"


def registered(stack: Stack) -> tuple[Client, str]:
    """Open an account, confirm its address and sign in."""
    client, email = Client(stack), f"mona-{uuid.uuid4().hex[:8]}@wellspring.example"
    body = {"email": email, "password": PASSWORD, "displayName": "Mona"}
    assert client.call("POST", "/v1/auth/register", body).status == 201
    confirm_address(stack, email, PASSWORD)
    assert client.log_in(email, PASSWORD).status == 200
    return client, email


def eventually(look: Callable[[], Any], wanted: Any, *, seconds: float = 30) -> None:
    """Look again until it is as wanted."""
    deadline = time.monotonic() + seconds
    while (found := look()) != wanted:
        assert time.monotonic() < deadline, f"{found} is not {wanted}"
        time.sleep(0.2)


def cross(viewer: Client, socket: Socket, admin: Client, live_stream: str) -> str:
    """Watch one interval, which takes the balance from 50.5 to 49.5 credits, hear of it, and leave.

    Returns the id of the message that this asks for.
    """
    socket.received.clear()
    available = viewer.call("GET", "/v1/wallet/balance").data["available"]
    give(admin, viewer, str(50.5 - float(available)))
    joined = viewer.call("POST", f"/v1/streams/{live_stream}/session", {"ratePerMinute": "100"})
    assert joined.status == 201, joined.body
    session = joined.data["sessionId"]
    tick = {"streamId": live_stream, "sessionId": session, "intervalIndex": 0, "playbackMs": 10_000}
    assert viewer.call("POST", "/v1/meter", tick, api="meterApi").status == 200
    socket.wait_for("balance.low", remainingCredits="49.5")
    assert viewer.call("DELETE", f"/v1/streams/{live_stream}/session/{session}").status == 200
    return derived_id("msg", f"balance-low:{session}:0")


def became_of(admin: Client, message_id: str) -> tuple[str, str] | None:
    """Return a message's status and its reason as operators see them."""
    answer = admin.call("GET", f"/v1/admin/messages/{message_id}", api="adminApi")
    return (answer.data["status"], answer.data["reason"]) if answer.status == 200 else None


def where_it_is_noon(stack: Stack) -> str:
    """Return a zone whose clocks show about noon, so that nobody's quiet hours are now."""
    return f"Etc/GMT{LocalClock(Path(stack['clock'])).now().hour - 12:+d}"


@pytest.mark.covers("S-P-01", "S-N-15")
def test_an_account_mail_comes_within_seconds_and_the_holder_hears_of_a_second_registration(stack: Stack) -> None:
    began = time.monotonic()
    _, email = registered(stack)
    assert time.monotonic() - began < 20
    body = {"email": email, "password": "Other-water-8", "displayName": "Mallory"}
    assert Client(stack).call("POST", "/v1/auth/register", body).status == 201
    told = ("A new sign-in to your account", "You already have an account")
    eventually(lambda: [sum(words in mail for mail in mails_to(stack, email)) for words in told], [1, 1])


@pytest.mark.covers("S-N-02", "S-N-06", "S-N-14", "X-N-07")
def test_a_low_balance_is_told_in_the_product_live_and_by_mail_once_a_day(
    stack: Stack, admin: Client, live_stream: str
) -> None:
    viewer, email = registered(stack)
    zone = where_it_is_noon(stack)
    assert viewer.call("PATCH", "/v1/notification-preferences", {"zone": zone}).status == 200
    assert viewer.call("GET", "/v1/notification-preferences").data["zone"] == zone
    socket = viewer.connect()
    viewer.hear(socket, f"user:{viewer.user_id}")
    cross(viewer, socket, admin, live_stream)
    told = socket.wait_for("notification.created")["data"]
    assert (told["unread"], told["notification"]["type"], told["notification"]["message"]) == (
        1,
        "LOW_BALANCE",
        "You have 49.5 credits left. Top up to go on watching without a break.",
    )
    eventually(lambda: sum("You have 49.5 credits left" in mail for mail in mails_to(stack, email)), 1)
    again = cross(viewer, socket, admin, live_stream)
    socket.close()
    eventually(lambda: became_of(admin, again), ("BLOCKED", "FREQUENCY"))
    listed = viewer.call("GET", "/v1/notifications", read="false").data
    assert listed == [told["notification"]]
    marked = viewer.call("PATCH", f"/v1/notifications/{listed[0]['id']}/read")
    assert (marked.status, marked.data["read"]) == (200, True)
    assert viewer.call("GET", "/v1/notifications/unread-count").data == {"count": 0}
    assert viewer.call("POST", "/v1/notifications/read-all").data == {"count": 0}
