"""The end of the lane: every function has run with its own role, and none was refused anything it needs.

What no other test of the lane asks of the stack is asked here first.
"""

import uuid
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from infra.local.client import Client, invoke, link_mailed_to
from infra.local.clock import now
from shared.kernel import declare
from shared.kernel.clock import to_ms
from shared.kernel.names import prefixed, table_name
from shared.kernel.registry import functions
from tests.stack import calling
from tests.stack.conftest import Stack, give
from tests.stack.test_rooms import eventually
from tests.triggers import due_event, schedule_event

PASSWORD = "Clear-water-2026!"
OTHER_PASSWORD = "Deeper-water-8"
SUSPENDED_WITHIN = 62
"""Seconds: the gateway keeps what the authorizer said for 60."""
TAKEN_AWAY = "wallet-read-balance"
"""The function whose role ``test_least_privilege`` takes statements from."""


@pytest.fixture
def newcomer(stack: Stack) -> Client:
    """Provide somebody who just registered, confirmed the address and signed in."""
    client, email = Client(stack), f"nina-{uuid.uuid4().hex[:8]}@wellspring.example"
    body = {"email": email, "password": PASSWORD, "displayName": "Nina"}
    assert client.call("POST", "/v1/auth/register", body).status == 201
    link = link_mailed_to(stack, email)
    assert requests.get(link, timeout=30).status_code == 200
    assert client.log_in(email, PASSWORD).data["user"]["emailVerified"] is False
    confirmation = {"token": token_of(link), "password": PASSWORD}
    assert client.call("POST", "/v1/auth/confirmations", confirmation).data == {"status": "VERIFIED"}
    assert client.log_in(email, PASSWORD).data["user"]["emailVerified"] is True
    return client


def token_of(link: str) -> str:
    """Return the token at the end of a mailed link."""
    return parse_qs(urlsplit(link).query)["token"][0]


def test_an_address_is_confirmed_and_a_password_set_on_pages(stack: Stack) -> None:
    client, email = Client(stack), f"page-{uuid.uuid4().hex[:8]}@wellspring.example"
    body = {"email": email, "password": PASSWORD, "displayName": "Page"}
    assert client.call("POST", "/v1/auth/signup", body).status == 201
    link = link_mailed_to(stack, email)
    form = {"token": token_of(link), "password": PASSWORD}
    assert "is confirmed" in requests.post(link.partition("?")[0], data=form, timeout=30).text
    assert client.call("POST", "/v1/auth/password-resets", {"email": email}).status == 202
    reset = link_mailed_to(stack, email, path="/v1/auth/password-reset")
    assert "Choose a new password" in requests.get(reset, timeout=30).text
    form = {"token": token_of(reset), "newPassword": OTHER_PASSWORD}
    assert "Your new password is set" in requests.post(reset.partition("?")[0], data=form, timeout=30).text
    used = {"token": token_of(reset), "newPassword": PASSWORD}
    assert client.call("POST", "/v1/auth/passwords", used).code == "LINK_EXPIRED"
    assert client.log_in(email, PASSWORD).code == "INVALID_CREDENTIALS"
    assert client.log_in(email, OTHER_PASSWORD).status == 200
    assert Client(stack).call("GET", f"/v1/users/{client.user_id}/profile").data["displayName"] == "Page"


@pytest.fixture
def run(stack: Stack) -> Callable[[str, dict[str, Any]], None]:
    """Provide the direct invocation of a function, for what nothing else triggers within the lane."""
    return partial(invoke, stack)


def logged(aws: Callable[[str], Any], stack: Stack, name: str) -> Iterator[str]:
    """Yield what a function wrote to its log."""
    group = f"/aws/lambda/{prefixed(stack['stage'], name)}"
    for page in aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group):
        yield from (event["message"] for event in page["events"])


def test_an_account_from_its_first_day_to_its_suspension(newcomer: Client, admin: Client, stack: Stack) -> None:
    me = newcomer.call("GET", "/v1/auth/me").data
    assert (me["id"], me["emailVerified"]) == (newcomer.user_id, True)
    assert newcomer.call("PATCH", "/v1/me/profile", {"displayName": "Nina R."}).data["displayName"] == "Nina R."
    assert newcomer.call("POST", "/v1/auth/verification-mails").code == "ALREADY_VERIFIED"
    renewed = newcomer.call("POST", "/v1/auth/refresh", {"refreshToken": newcomer.refresh_token})
    assert renewed.status == 200
    newcomer.token = renewed.data["accessToken"]

    user = f"/v1/admin/users/{newcomer.user_id}"
    role = {"role": "creator", "granted": True}
    assert admin.call("POST", f"{user}/roles", role, api="adminApi").data["roles"] == ["creator", "viewer"]
    assert admin.call("POST", f"{user}/suspend", {"reason": "Spam"}, api="adminApi").data["suspended"] is True
    eventually(lambda: newcomer.call("GET", "/v1/auth/me").status, 403, seconds=SUSPENDED_WITHIN)
    assert admin.call("POST", f"{user}/reinstate", {"reason": "A mistake"}, api="adminApi").data["suspended"] is False
    assert newcomer.log_in(me["email"], PASSWORD).status == 200
    assert newcomer.call("POST", "/v1/auth/logout").status == 200
    keys = Client(stack).call("GET", "/.well-known/jwks.json").body["keys"]
    assert [key["alg"] for key in keys][:1] == ["RS256"]


def test_a_wallet_is_looked_back_on_exported_and_added_up(admin: Client, viewer: Client) -> None:
    give(admin, viewer, "3")
    assert viewer.call("GET", "/v1/wallet/balance", at="2026-01-01T00:00:00Z").data["balance"] == "0"
    assert viewer.call("GET", "/v1/wallet/ledger/export").body["text"].startswith("sequence,")
    report = admin.call("POST", "/v1/admin/wallet/reconcile", {"userId": viewer.user_id}, api="adminApi")
    assert report.status == 200, report.body


def test_the_public_pages_and_lists_are_there(stack: Stack) -> None:
    visitor = Client(stack)
    for path in ("/v1/streams/categories", "/v1/streams/discover", "/v1/payments/cancelled"):
        assert visitor.call("GET", path).status == 200


def test_a_hold_that_nobody_settled_comes_back(
    stack: Stack, aws: Callable[[str], Any], run: Callable[..., None], admin: Client, viewer: Client, live_stream: str
) -> None:
    give(admin, viewer, "40")
    session_id = viewer.call("POST", f"/v1/streams/{live_stream}/session", {"ratePerMinute": "100"}).data["sessionId"]
    table, account = table_name(stack["stage"], "wallet"), f"ACCOUNT#{viewer.user_id}"
    (hold,) = [
        item
        for item in aws("dynamodb").query(
            TableName=table,
            KeyConditionExpression="pk = :account AND begins_with(sk, :hold)",
            ExpressionAttributeValues={":account": {"S": account}, ":hold": {"S": "HOLD#"}},
        )["Items"]
        if item["status"]["S"] == "OPEN"
    ]
    aws("dynamodb").update_item(
        TableName=table,
        Key={"pk": hold["pk"], "sk": hold["sk"]},
        UpdateExpression="SET due_at = :now",
        ExpressionAttributeValues={":now": {"N": str(to_ms(now()))}},
    )
    run("wallet-expire-hold", due_event((account, hold["sk"]["S"])))
    eventually(lambda: viewer.call("GET", "/v1/wallet/balance").data["available"], "40")
    assert viewer.call("DELETE", f"/v1/streams/{live_stream}/session/{session_id}").status == 200


@pytest.mark.covers("R-25")
def test_every_function_has_run_with_its_own_role(
    stack: Stack, aws: Callable[[str], Any], run: Callable[..., None], admin: Client, live_stream: str
) -> None:
    run("wallet-check-invariants", schedule_event())
    run("live-reconcile-rooms", schedule_event())
    run("live-sweep-streams", schedule_event())
    run("live-check-stream", due_event((f"STREAM#{live_stream}", "STREAM")))
    for function in functions():
        if not isinstance(function.declaration.trigger, declare.Socket) and not any(
            logged(aws, stack, function.declaration.name)
        ):
            calling.call(stack, admin, function.declaration)
    # The emulator keeps no log of WebSocket routes; what they answer is seen by the tests of the hub.
    names = [
        function.declaration.name
        for function in functions()
        if not isinstance(function.declaration.trigger, declare.Socket)
    ]
    said = {name: list(logged(aws, stack, name)) for name in names}
    assert [name for name in names if not said[name]] == []
    refused = {name for name in names if any("AccessDenied" in text for text in said[name])}
    assert refused <= {TAKEN_AWAY}
