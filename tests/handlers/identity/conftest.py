"""What identity's handlers need besides tables: a signing key, a mailbox, accounts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from shared.identity import authorization, mails
from shared.kernel.caller import Principal, principal_of
from shared.kernel.config import settings
from shared.kernel.security import keys
from shared.kernel.storage.client import aws_client, dynamodb
from tests import calls, engine
from tests.calls import Answer, call
from tests.engine import REGION
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
    """A mail that was sent."""

    to: str
    subject: str
    text: str

    @property
    def token(self) -> str:
        """Return the token in its link."""
        from urllib.parse import parse_qs, urlsplit

        link = next(word for word in self.text.split() if word.startswith("https://"))
        return parse_qs(urlsplit(link).query)["token"][0]


@pytest.fixture(autouse=True)
def mailbox(aws: None) -> Callable[[], list[Mail]]:
    """Provide the mails sent so far."""
    mails._ses.cache_clear()
    aws_client("sesv2").create_email_identity(EmailIdentity=settings().mail_sender)

    def read() -> list[Mail]:
        sent = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        return [Mail(mail.destinations["ToAddresses"][0], mail.subject, mail.body) for mail in sent]

    return read


def events() -> list[tuple[str, dict[str, Any]]]:
    """Return every event that identity wrote: type and data."""
    items = dynamodb().scan(TableName=settings().table("identity"))["Items"]
    found = [item for item in items if item["pk"]["S"].startswith("OUTBOX#")]
    written = [(item["type"]["S"], json.loads(item["data"]["S"])) for item in found]
    return sorted(written, key=lambda event: event[0])


def deliver(*delivered: Any) -> Any:
    """Hand events to the sender of account mails, and return the messages that failed."""
    return calls.invoke("identity.send_account_mail", queue_event(*delivered))["batchItemFailures"]


def register(email: str = "ada@wellspring.example", password: str = PASSWORD, **more: Any) -> Answer:
    """Open an account through the API."""
    body = {"email": email, "password": password, "displayName": "Ada"} | more.pop("body", {})
    more.setdefault("request_id", f"register-{next(_numbers)}")
    return call("identity.register", body=body, **more)


def login(email: str = "ada@wellspring.example", password: str = PASSWORD, **more: Any) -> Answer:
    """Sign in through the API."""
    return call("identity.login", body={"email": email, "password": password}, **more)


def authorize(access_token: str) -> dict[str, Any]:
    """Return what the authorizer hands to the gateway."""
    answer = calls.invoke("platform.authorize", authorizer_event(f"Bearer {access_token}"))
    assert answer["isAuthorized"] is True
    context: dict[str, Any] = answer["context"]
    return context


def caller(access_token: str) -> Principal:
    """Return the caller that a token stands for."""
    return principal_of({"requestContext": {"authorizer": {"lambda": authorize(access_token)}}})
