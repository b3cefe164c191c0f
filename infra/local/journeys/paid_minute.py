"""The main job from the outside: one paid stretch of live stream, over real HTTP, WebSocket and signed webhooks.

A viewer registers, buys credits, watches and is charged every ten seconds exactly once, sees the balance move, is cut
off when it runs dry, tops up and goes on; the creator sees who watches. Each step that does not hold raises.
"""

import time
import uuid
from collections.abc import Mapping
from typing import Any

import requests

from infra.local.client import TIMEOUT_SECONDS, Answer, Client, Socket, confirm_address, demo_user
from infra.local.journeys.steps import Say, StepFailed, expect, same
from infra.local.studio import Studio

PASSWORD = "A-good-Passw0rd"
INTERVAL = 10
PACK = "credits-100"
PREMIUM = "10"
"""The stream costs ten times the usual rate, so that 100 credits are gone in minutes."""

LEFT = "30"
"""Credits left after support has taken the rest: three intervals."""


class PaidMinute:
    """One play of the journey against a running stack."""

    def __init__(self, stack: Mapping[str, Any], say: Say) -> None:
        self.stack = stack
        self.say = say
        self.viewer = Client(stack)
        self.creator = demo_user(stack, "creator")
        self.admin = demo_user(stack, "admin")
        self.stream_id = ""
        self.session_id = ""
        self.started = 0.0

    def play(self) -> None:
        """Play every step.

        Raises:
            StepFailed: a step did not hold.
            TimeoutError: a message or mail did not come.
        """
        self.register()
        socket = self.viewer.connect()
        self.viewer.hear(socket, f"user:{self.viewer.user_id}")
        self.go_live()
        self.refuse_without_credits()
        self.buy(socket, worth="100")
        self.spend_down_to_a_few()
        audience = self.creator.connect()
        self.creator.hear(audience, f"stream:{self.stream_id}")
        self.join(audience)
        self.watch(socket)
        self.run_dry(socket)
        self.buy(socket, worth="100")
        self.go_on_and_leave(audience)
        self.add_up()
        self.end_stream(audience)
        socket.close()
        audience.close()

    def register(self) -> None:
        """Register, confirm the address behind the mailed link, log in."""
        email = f"vivian-{uuid.uuid4().hex[:8]}@viewers.example"
        self.say(f"Vivian registers as {email}")
        body = {"email": email, "password": PASSWORD, "displayName": "Vivian"}
        expect(self.viewer.call("POST", "/v1/auth/register", body), 201)
        expect(self.viewer.log_in(email, PASSWORD), 200)
        expect(self._checkout(), 403, "EMAIL_NOT_VERIFIED")
        self.say("  buying is refused until the address is confirmed: 403 EMAIL_NOT_VERIFIED")
        confirm_address(self.stack, email, PASSWORD)
        expect(self.viewer.log_in(email, PASSWORD), 200)
        self.say("  she confirms it on the page behind the mailed link, is logged in and connected by WebSocket")

    def go_live(self) -> None:
        """Create and start a stream as the creator."""
        body = {"title": "A paid hour", "category": "Music", "premiumMultiplier": PREMIUM}
        created = expect(self.creator.call("POST", "/v1/streams", body), 201).data
        self.stream_id = created["id"]
        waits = expect(self.creator.call("POST", f"/v1/streams/{self.stream_id}/start"), 200).data
        same((waits["status"], waits["waitingForPicture"]), ("SCHEDULED", True), "a stream without a picture")
        Studio(self.stack).film(self.creator, self.stream_id)
        is_live = expect(self.creator.call("POST", f"/v1/streams/{self.stream_id}/start"), 200).data
        same(is_live["status"], "LIVE", "a stream with a picture")
        self.say(f"Carla is live with {self.stream_id} at {created['ratePerMinute']} credits a minute")

    def refuse_without_credits(self) -> None:
        """Joining without credits is refused."""
        refused = expect(self._join(), 402, "INSUFFICIENT_CREDITS")
        self.say(f"Joining without credits: 402, “{refused.body['error']['message']}”")

    def buy(self, socket: Socket, *, worth: str) -> None:
        """Buy a pack on the simulator's checkout page and wait for the credits on the socket."""
        seen = len(socket.received)
        checkout = expect(self._checkout(), 201).data
        paid = requests.post(
            checkout["checkoutUrl"], data={"action": "card"}, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )
        same(paid.status_code, 303, "paying on the checkout page")
        del socket.received[:seen]
        socket.wait_for("credits.topped_up", credits=worth)
        self.say(f"She pays on Stripe's page; the webhook arrives and {worth} credits show on her socket")

    def spend_down_to_a_few(self) -> None:
        """Let support take most of the credits back, so that running dry does not take minutes."""
        balance = expect(self.viewer.call("GET", "/v1/wallet/balance"), 200).data["available"]
        amount = f"{int(LEFT) - int(balance)}"
        body = {"userId": self.viewer.user_id, "amount": amount, "reasonCode": "OTHER", "reason": "Shorten the demo"}
        expect(self.admin.call("POST", "/v1/admin/wallet/adjustments", body, api="adminApi"), 201)
        self.say(f"Support corrects the wallet to {LEFT} credits, with a reason, as an entry of its own")

    def join(self, audience: Socket) -> None:
        """Start a viewing session and enter the room with its token."""
        joined = expect(self._join(), 201).data
        self.session_id, self.started = joined["sessionId"], time.monotonic()
        body = {"sessionId": self.session_id}
        token = expect(self.viewer.call("POST", f"/v1/streams/{self.stream_id}/token", body), 200).data["token"]
        self._enter_room(token)
        audience.wait_for("viewers.changed", viewers=1)
        listed = expect(self.creator.call("GET", f"/v1/streams/{self.stream_id}/viewers"), 200).data
        same([viewer["userId"] for viewer in listed], [self.viewer.user_id], "who watches")
        self.say("She joins; Carla sees one viewer, and who it is")

    def watch(self, socket: Socket) -> None:
        """Send ticks 0, 1 and 2, repeat one, send one too early."""
        first = expect(self._tick(0), 200).data
        same(first["remainingCredits"], "20", "credits left after tick 0")
        again = expect(self._tick(0), 409, "ALREADY_PROCESSED")
        same(again.data, first, "the replayed result")
        same(again.body["meta"], {"replayed": True}, "the replay's mark")
        # The third, so that it is too early on a slow machine, too.
        early = expect(self._tick(3), 400, "TICK_TOO_EARLY").data
        if not 0 < early["nextAllowedMs"] <= 3 * INTERVAL * 1000:
            raise StepFailed(f"a tick too early says when the next is allowed: {early}")
        self.say(
            f"Tick 0 is charged once; again: 409 with the first result; too early: wait {early['nextAllowedMs']} ms"
        )
        for index, left in ((1, "10"), (2, "0")):
            self._wait_for_interval(index)
            same(expect(self._tick(index), 200).data["remainingCredits"], left, f"credits left after tick {index}")
            socket.wait_for("balance.changed", balance=left)
            self.say(f"Tick {index}: {left} credits left, and the socket says so too")

    def run_dry(self, socket: Socket) -> None:
        """The next tick is refused, the socket tells, the room is left."""
        self._wait_for_interval(3)
        refused = expect(self._tick(3), 402, "INSUFFICIENT_CREDITS")
        same(refused.data["success"], False, "the refused tick's result")
        socket.wait_for("credits.exhausted", sessionId=self.session_id)
        self._await_removal()
        self.say("Tick 3: 402; credits.exhausted on the socket; she is removed from the room")

    def go_on_and_leave(self, audience: Socket) -> None:
        """Join again after topping up, watch one interval, leave: the rest of the hold comes back."""
        self.session_id, self.started = expect(self._join(), 201).data["sessionId"], time.monotonic()
        same(expect(self._tick(0), 200).data["remainingCredits"], "90", "credits left after going on")
        held = expect(self.viewer.call("GET", "/v1/wallet/balance"), 200).data
        same(held["available"], "0", "available while everything is leased")
        path = f"/v1/streams/{self.stream_id}/session/{self.session_id}"
        same(expect(self.viewer.call("DELETE", path), 200).data["charged"], "10", "charged on leaving")
        after = expect(self.viewer.call("GET", "/v1/wallet/balance"), 200).data
        same((after["available"], after["held"]), ("90", "0"), "the wallet after leaving")
        audience.received.clear()
        audience.wait_for("viewers.changed", viewers=0)
        self.say("She tops up, goes on, leaves after one interval: 90 credits are back at once")

    def add_up(self) -> None:
        """The statement adds up to the last milli-credit."""
        entries = expect(self.viewer.call("GET", "/v1/wallet/ledger"), 200).data
        amounts = [entry["amount"] for entry in reversed(entries)]
        same(amounts, ["100", "-70", "-30", "100", "-10"], "the statement")
        balances = [entry["balanceAfter"] for entry in reversed(entries)]
        same(balances, ["100", "30", "0", "100", "90"], "the running balance")
        report = self.admin.call("POST", "/v1/admin/wallet/reconcile", {"userId": self.viewer.user_id}, api="adminApi")
        same(expect(report, 200).data["sound"], True, "the wallet's proof")
        self.say(f"Her statement: {' '.join(amounts)} = {balances[-1]}; the books are sound")

    def end_stream(self, audience: Socket) -> None:
        """The creator ends the stream."""
        expect(self.creator.call("POST", f"/v1/streams/{self.stream_id}/end"), 200)
        audience.wait_for("stream.ended")
        expect(self._join(), 409, "STREAM_NOT_LIVE")
        self.say("Carla ends the stream; nobody can join it any more")

    def _checkout(self) -> Answer:
        prices = self.viewer.call("GET", "/v1/payments/prices").data
        price_id = next(price["id"] for price in prices if price["productCode"] == PACK)
        return self.viewer.call("POST", "/v1/payments/checkout", {"priceId": price_id})

    def _join(self) -> Answer:
        shown = self.viewer.call("GET", f"/v1/streams/{self.stream_id}").data["ratePerMinute"]
        return self.viewer.call("POST", f"/v1/streams/{self.stream_id}/session", {"ratePerMinute": shown})

    def _tick(self, index: int) -> Answer:
        body = {
            "streamId": self.stream_id,
            "sessionId": self.session_id,
            "intervalIndex": index,
            "playbackMs": INTERVAL * 1000,
        }
        return self.viewer.call("POST", "/v1/meter", body, api="meterApi")

    def _wait_for_interval(self, index: int) -> None:
        time.sleep(max(0.0, self.started + index * INTERVAL - time.monotonic()))

    def _enter_room(self, token: str) -> None:
        joined = requests.post(
            f"{self.stack['simulators']['livekit']}/_sim/join", json={"token": token}, timeout=TIMEOUT_SECONDS
        )
        same(joined.status_code, 200, "entering the LiveKit room")

    def _await_removal(self) -> None:
        url = f"{self.stack['simulators']['livekit']}/_sim/rooms/{self.stream_id}/participants"
        identity = f"{self.viewer.user_id}:{self.session_id}"
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while identity in requests.get(url, timeout=TIMEOUT_SECONDS).text:
            if time.monotonic() > deadline:
                raise StepFailed("the viewer is still in the room")
            time.sleep(0.2)
