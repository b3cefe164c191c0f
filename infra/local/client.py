"""A client of the running local stack, as an application would have one: HTTP, WebSocket and the local mailbox."""

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from shared.kernel.names import prefixed

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answered."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]

    @property
    def data(self) -> Any:
        """The envelope's ``data``."""
        return self.body["data"]

    @property
    def code(self) -> str:
        """The error's code."""
        code: str = self.body["error"]["code"]
        return code


class Socket:
    """A WebSocket connection that remembers everything it received."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.received: list[dict[str, Any]] = []

    def send(self, **message: Any) -> None:
        """Send a command, e.g. ``send(action="subscribe", channel="user:usr_1")``."""
        self._connection.send(json.dumps(message))

    def wait_for(self, type_: str, *, seconds: float = TIMEOUT_SECONDS, **expected: Any) -> dict[str, Any]:
        """Return the first message of a type whose data has these values, received before or within the time.

        Raises:
            TimeoutError: none came.
        """
        deadline, looked_at = time.monotonic() + seconds, 0
        while True:
            for message in self.received[looked_at:]:
                data = message.get("data") or message
                if message["type"] == type_ and expected.items() <= data.items():
                    return message
            looked_at = len(self.received)
            self._receive(type_, deadline - time.monotonic())

    def _receive(self, type_: str, seconds: float) -> None:
        try:
            self.received.append(json.loads(self._connection.recv(timeout=max(0.0, seconds))))
        except (TimeoutError, ConnectionClosed) as nothing:
            seen = [message["type"] for message in self.received]
            raise TimeoutError(f"no {type_} message came; received: {seen}") from nothing

    def wait_for_close(self, *, seconds: float = TIMEOUT_SECONDS) -> float:
        """Return when the other side closed the connection, as ``time.monotonic`` has it.

        Raises:
            TimeoutError: it did not within the time.
        """
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.received.append(json.loads(self._connection.recv(timeout=max(0.0, deadline - time.monotonic()))))
            except ConnectionClosed:
                return time.monotonic()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass(slots=True)
class Client:
    """One user of the stack (or, without a token, a visitor)."""

    stack: Mapping[str, Any]
    token: str | None = None
    user_id: str = ""
    refresh_token: str = field(default="", repr=False)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        api: str = "publicApi",
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Answer:
        """Call an endpoint; once more with a new access token if the one at hand has expired."""
        answer = self._call(method, path, body, api, headers, query)
        if answer.status == requests.codes.unauthorized and self.refresh_token and self._renew():
            return self._call(method, path, body, api, headers, query)
        return answer

    def _renew(self) -> bool:
        renewed = self._call("POST", "/v1/auth/refresh", {"refreshToken": self.refresh_token}, "publicApi", None, {})
        if renewed.status != requests.codes.ok:
            return False
        self.token, self.refresh_token = renewed.data["accessToken"], renewed.data["refreshToken"]
        return True

    def _call(
        self, method: str, path: str, body: Any, api: str, headers: Mapping[str, str] | None, query: Mapping[str, Any]
    ) -> Answer:
        sent = dict(headers or {}) | ({"authorization": f"Bearer {self.token}"} if self.token else {})
        options: dict[str, Any] = {"json": body} if body is not None else {}
        reply = requests.request(
            method, self.stack[api] + path, headers=sent, params=query, timeout=TIMEOUT_SECONDS, **options
        )
        is_json = reply.headers.get("content-type", "").startswith("application/json")
        return Answer(reply.status_code, reply.json() if is_json else {"text": reply.text}, reply.headers)

    def log_in(self, email: str, password: str) -> Answer:
        """Sign in; when it succeeds, this client is that user from now on."""
        answer = self.call("POST", "/v1/auth/login", {"email": email, "password": password})
        if answer.status == requests.codes.ok:
            self.token, self.refresh_token = answer.data["accessToken"], answer.data["refreshToken"]
            self.user_id = answer.data["user"]["id"]
        return answer

    def connect(self) -> Socket:
        """Open a WebSocket connection with a one-time ticket."""
        ticket = self.call("POST", "/v1/realtime/tickets", {}).data["ticket"]
        return Socket(connect(f"{self.stack['webSocket']}?ticket={ticket}", legacy=True))

    def hear(self, socket: Socket, channel: str) -> dict[str, Any]:
        """Subscribe a connection to a channel and return the answer."""
        socket.send(action="subscribe", channel=channel)
        return socket.wait_for("subscribed", channel=channel)


def demo_user(stack: Mapping[str, Any], role: str, number: int = 0) -> Client:
    """Return the signed-in demo account with a role.

    Raises:
        PermissionError: it cannot log in.
    """
    accounts = [account for account in stack["accounts"] if role in account["roles"]]
    if role == "viewer":
        accounts = [account for account in accounts if account["roles"] == ["viewer"]]
    client = Client(stack)
    answer = client.log_in(accounts[number]["email"], accounts[number]["password"])
    if answer.status != requests.codes.ok:
        raise PermissionError(f"the demo {role} cannot log in: {answer.body}")
    return client


def invoke(stack: Mapping[str, Any], function: str, event: Mapping[str, Any]) -> None:
    """Call a function by its short name with an event of its trigger, past the trigger itself.

    Raises:
        RuntimeError: it failed.
    """
    client = boto3.client(
        "lambda",
        region_name=stack["region"],
        endpoint_url=stack["awsEndpoint"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    answer = client.invoke(FunctionName=prefixed(stack["stage"], function), Payload=json.dumps(event))
    if "FunctionError" in answer:
        raise RuntimeError(f"{function} failed: {answer['Payload'].read().decode()}")


def run_schedule(stack: Mapping[str, Any], function: str) -> None:
    """Run a scheduled function now, e.g. ``run_schedule(stack, "wallet-sweep-holds")``.

    Raises:
        RuntimeError: it failed.
    """
    invoke(stack, function, {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})


def mails_to(stack: Mapping[str, Any], address: str) -> list[str]:
    """Return the texts of all mails to an address, oldest first."""
    boxes = requests.get(stack["mailbox"], timeout=TIMEOUT_SECONDS).json()
    return [text for mail in _flatten(boxes) if address in (text := json.dumps(mail))]


def _flatten(boxes: Any) -> list[Any]:
    messages: list[Any] = []
    for value in boxes.values() if isinstance(boxes, dict) else [boxes]:
        messages += value if isinstance(value, list) else _flatten(value) if isinstance(value, dict) else []
    return messages


def link_mailed_to(
    stack: Mapping[str, Any], address: str, *, path: str = "/v1/auth/verify", seconds: float = TIMEOUT_SECONDS
) -> str:
    """Return the link in the first mail to an address that leads to a path, as soon as it arrives.

    Raises:
        TimeoutError: no mail came.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for text in mails_to(stack, address):
            if found := re.search(rf"https?://[^\s\"\\<>]+{path}\?token=[\w.~%-]+", text):
                return found.group()
        time.sleep(0.2)
    raise TimeoutError(f"no mail with a link came to {address}")


def confirm_address(stack: Mapping[str, Any], address: str, password: str) -> None:
    """Open the link that was mailed to an address, which changes nothing, and press the button on its page.

    Raises:
        TimeoutError: no mail came.
        HTTPError: the page does not open, or the address is not confirmed.
    """
    link = link_mailed_to(stack, address)
    requests.get(link, timeout=TIMEOUT_SECONDS).raise_for_status()
    form = {"token": link.partition("token=")[2], "password": password}
    requests.post(link.partition("?")[0], data=form, timeout=TIMEOUT_SECONDS).raise_for_status()
