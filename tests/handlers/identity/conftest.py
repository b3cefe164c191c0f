"""What identity's handlers need besides tables: a signing key, the mails asked for, accounts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.identity import authorization
from shared.identity.events import UserRegistered
from shared.kernel.caller import Principal, principal_of
from shared.kernel.config import settings
from shared.kernel.security import keys
from shared.kernel.storage.client import dynamodb
from shared.messaging.message_items import Message
from shared.messaging.templates.variables import given
from tests import calls, engine
from tests.calls import Answer, call
from tests.triggers import authorizer_event, queue_event

PASSWORD = "Deep-water-7"
_numbers = count()


@pytest.fixture(autouse=True)
def token_key(aws: None) -> str:
    """Provide a signing key behind the alias, and return its id."""
    keys.forget()
    authorization.forget()
    return engine.make_token_key()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was asked for."""

    to: str
    template: str
    variables: dict[str, str]

    @property
    def token(self) -> str:
        """Return the token in its link."""
        return parse_qs(urlsplit(self.variables["link"]).query)["token"][0]


@pytest.fixture
def mailbox() -> Callable[[], list[Mail]]:
    """Provide the mails asked for so far, oldest first."""

    def read() -> list[Mail]:
        items = dynamodb().scan(TableName=settings().table("messaging"))["Items"]
        messages = [Message.load(item) for item in items if item["sk"]["S"] == Message.SK]
        messages.sort(key=lambda message: message.requested_at)
        return [Mail(message.to, message.template, given(message.variables)) for message in messages]

    return read


def events() -> list[tuple[str, dict[str, Any]]]:
    """Return every event that identity wrote: type and data."""
    items = dynamodb().scan(TableName=settings().table("identity"))["Items"]
    found = [item for item in items if item["pk"]["S"].startswith("OUTBOX#")]
    written = [(item["type"]["S"], json.loads(item["data"]["S"])) for item in found]
    return sorted(written, key=lambda event: event[0])


def deliver(*delivered: Any) -> Any:
    """Hand events to what asks for account mails, and return the messages that failed."""
    return calls.invoke("identity.ask_for_account_mail", queue_event(*delivered))["batchItemFailures"]


def register(email: str = "ada@wellspring.example", password: str = PASSWORD, **more: Any) -> Answer:
    """Open an account through the API."""
    body = {"email": email, "password": password, "displayName": "Ada"} | more.pop("body", {})
    more.setdefault("request_id", f"register-{next(_numbers)}")
    return call("identity.register", body=body, **more)


def login(email: str = "ada@wellspring.example", password: str = PASSWORD, **more: Any) -> Answer:
    """Sign in through the API."""
    return call("identity.login", body={"email": email, "password": password}, **more)


def registered(email: str = "ada@wellspring.example", **more: Any) -> str:
    """Open an account and return its user's id."""
    before = _registered()
    assert register(email, **more).status == 201
    (user_id,) = _registered() - before
    return user_id


def _registered() -> set[str]:
    return {data["user_id"] for name, data in events() if name == "UserRegistered"}


def mailed(mailbox: Callable[[], list[Mail]], event: Any) -> Mail:
    """Hand an event to what asks for account mails, and return the mail that comes of it."""
    before = mailbox()
    assert deliver(event) == []
    (mail,) = [mail for mail in mailbox() if mail not in before]
    return mail


def confirm(token: str, *, new: str | None = None, password: str = PASSWORD) -> Answer:
    """Confirm an address with the token of a link, and the password of the registration or a new one."""
    given = {"newPassword": new} if new else {"password": password}
    return call("identity.confirm_email", body={"token": token} | given)


def confirmed(mailbox: Callable[[], list[Mail]], email: str = "ada@wellspring.example") -> str:
    """Open an account, confirm its address, and return its user's id."""
    user_id = registered(email)
    assert confirm(mailed(mailbox, UserRegistered(user_id=user_id)).token).status == 200
    return user_id


def authorize(access_token: str) -> dict[str, Any]:
    """Return what the authorizer hands to the gateway."""
    answer = calls.invoke("identity.authorize", authorizer_event(f"Bearer {access_token}"))
    assert answer["isAuthorized"] is True
    context: dict[str, Any] = answer["context"]
    return context


def caller(access_token: str) -> Principal:
    """Return the caller that a token stands for."""
    return principal_of({"requestContext": {"authorizer": {"lambda": authorize(access_token)}}})
