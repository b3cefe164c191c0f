"""No log tells who somebody is or what they wrote: a whole journey with values that cannot be missed (X-O-06)."""

import json
from typing import Any, NoReturn

import pytest

from infra.documents.events import catalogue
from shared.identity.events import UserRegistered
from shared.kernel.config import settings
from shared.kernel.declare import Function, Http, OnEvent
from shared.kernel.events import DomainEvent
from shared.kernel.registry import functions
from shared.kernel.shells import prepare
from shared.kernel.storage.client import dynamodb
from tests import deliveries, team, texting
from tests.calls import call, invoke
from tests.clock import START
from tests.door import guarded
from tests.handlers.identity.conftest import confirm, events, login, mailbox, mailed, register, token_key
from tests.logs import heard
from tests.triggers import http_event, principal, queue_event

__all__ = ["mailbox", "token_key"]

NAME, PARTNER = "Zanariella Quetzalfield", "Yxolotlina Brambleworth"
MAIL, MAIL_OF_STRIPE = "zanariella@canary.example", "billing.zanariella@canary.example"
PASSWORD, NEXT_PASSWORD = "Canary-Pass-9157!", "Canary-Next-9158!"
PHONE, PARTNER_PHONE = "+12125550177", "+12125550188"
TITLE, NOTE, REPLY = "Quit vaping zephyrgum", "Mumblewort hurt again today", "Frobnicated please leave me alone"
SPOKEN = (NAME, PARTNER, MAIL, MAIL_OF_STRIPE, PASSWORD, NEXT_PASSWORD, PHONE, PARTNER_PHONE, TITLE, NOTE, REPLY)

DOMAINS = ("identity", "accountability", "messaging", "payments", "wallet", "live", "platform")


def waiting() -> dict[str, DomainEvent]:
    """Return every event that was told so far, by its key."""
    types = {event.__name__: event for event in catalogue()}
    found = {}
    for domain in DOMAINS:
        for page in dynamodb().get_paginator("scan").paginate(TableName=settings().table(domain)):
            for item in page["Items"]:
                if item["sk"]["S"] == "OUTBOX" and item["type"]["S"] in types:
                    found[item["pk"]["S"]] = types[item["type"]["S"]].model_validate_json(item["data"]["S"])
    return found


def consumers() -> list[Function[Any, Any]]:
    return [function for function in functions() if isinstance(function.declaration.trigger, OnEvent)]


def pump() -> int:
    """Deliver every event to every consumer until nothing new comes of it; return how many deliveries there were."""
    done: set[str] = set()
    count = 0
    for _ in range(4):
        new = {key: event for key, event in waiting().items() if key not in done}
        done |= new.keys()
        for function in consumers():
            trigger = function.declaration.trigger
            assert isinstance(trigger, OnEvent)
            heard = [event for event in new.values() if isinstance(event, trigger.events)]
            if heard:
                invoke(function, queue_event(*heard))
                count += len(heard)
    return count


def journey(mailbox: Any) -> list[str]:
    """Live through it all, and return the tokens that were given out."""
    assert register(MAIL, PASSWORD, body={"displayName": NAME}).status == 201
    (user_id,) = {data["user_id"] for name, data in events() if name == "UserRegistered"}
    mail = mailed(mailbox, UserRegistered(user_id=user_id))
    assert confirm(mail.token, password="Wrong-Pass-9157!").status != 200
    assert confirm(mail.token, password=PASSWORD).status == 200
    assert login(MAIL, NEXT_PASSWORD).status == 401
    signed_in = login(MAIL, PASSWORD).data
    assert call("identity.refresh_session", body={"refreshToken": signed_in["refreshToken"] + "x"}).status == 401
    assert call("identity.request_password_reset", body={"email": MAIL}).status == 202

    ada = principal(user_id, "accountability:use", "payments:buy", "wallet:read")
    answer = call("accountability.change_profile", body={"phone": PHONE}, caller=ada)
    assert answer.status == 200, answer.text
    goal = call("accountability.create_goal", body={"title": TITLE}, caller=ada, key="goal")
    assert goal.status == 201, goal.text
    body = {"goalId": goal.data["id"], "completed": False, "notes": NOTE, "requestId": "log"}
    assert call("accountability.log_day", body=body, caller=ada).status in {200, 201}
    assert call("accountability.log_day", body=body | {"notes": 7}, caller=ada).status == 400

    partner_id = team.added(user=ada, name=PARTNER, phone=PARTNER_PHONE)
    link = team.link_to(partner_id, now=START, user=ada)
    assert team.visit(link).status == 200
    assert team.visit(link + "x").status != 200

    texting.deliver(texting.written(REPLY, number=PARTNER_PHONE))
    body_of_stripe = deliveries.event("evt_1", deliveries.COMPLETED, customer_details={"email": MAIL_OF_STRIPE})
    deliveries.deliver(body_of_stripe, START)
    assert call("payments.start_checkout", body={"priceId": "prc_1"}, caller=ada, key="buy").status >= 400
    tokens = [mail.token, link, *(value for name, value in signed_in.items() if name.endswith("Token"))]
    return [token for token in tokens if token]


def break_everything(tokens: list[str]) -> None:
    """Call every endpoint and every consumer with all of it while storage is away: what fails tells why in the log."""

    def away(*_: Any) -> NoReturn:
        raise RuntimeError("storage is away")

    told = list(waiting().values())
    with guarded(away):
        for function in functions():
            trigger = function.declaration.trigger
            if isinstance(trigger, OnEvent):
                heard = [event for event in told if isinstance(event, trigger.events)]
                if heard:
                    invoke(function, queue_event(*heard))
            elif isinstance(trigger, Http):
                path = dict.fromkeys(_names(trigger.path), tokens[0])
                body = {"email": MAIL, "password": PASSWORD, "token": tokens[0], "notes": NOTE, "title": TITLE}
                caller = principal("usr_ada", trigger.allow) if trigger.allow != "public" else None
                prepare(function)(http_event(function, path=path, body=body, caller=caller), None)


def _names(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


@pytest.mark.covers("X-O-06")
def test_no_line_of_a_log_tells_who_somebody_is_or_what_they_wrote(
    mailbox: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    with heard("DEBUG") as lines:
        tokens = journey(mailbox)
        assert pump() > 20
        break_everything(tokens)
        found = lines()
    assert {"message_failed", "request_failed"} < {line["message"] for line in found}, "what fails is logged"
    assert len(found) > 40
    written = json.dumps(found, ensure_ascii=False) + "".join(capfd.readouterr())
    assert not {value for value in (*SPOKEN, *tokens) if value in written}
