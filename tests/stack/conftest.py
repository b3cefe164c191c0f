"""The deployed local stack, driven from the outside. ``make test`` starts one of its own for this lane."""

import os
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
import pytest

from infra.local import clock
from infra.local import stack as local_stack
from infra.local.client import Client, demo_user
from infra.local.settings import LocalSettings
from infra.local.studio import Studio
from shared.kernel.names import table_name

pytest.register_assert_rewrite("tests.stack.lives", "tests.stack.village")

Stack = Mapping[str, Any]


@pytest.fixture(scope="session")
def stack() -> Stack:
    """Provide the address book of the running stack; this process asks the stack's clock from now on."""
    found = local_stack.load(LocalSettings.load(os.environ))
    os.environ[clock.VARIABLE] = found["clock"]
    return found


@pytest.fixture(scope="session")
def aws(stack: Stack) -> Callable[[str], Any]:
    """Provide clients of the local AWS with an operator's credentials."""
    session = botocore.session.get_session()

    def client(service: str) -> Any:
        return session.create_client(
            service,
            region_name=stack["region"],
            endpoint_url=stack["awsEndpoint"],
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    return client


@pytest.fixture(scope="session")
def admin(stack: Stack) -> Client:
    """Provide the signed-in demo admin."""
    return demo_user(stack, "admin")


@pytest.fixture(scope="session")
def creator(stack: Stack) -> Client:
    """Provide a signed-in demo creator."""
    return demo_user(stack, "creator")


@pytest.fixture(scope="session")
def _victor(stack: Stack) -> Client:
    return demo_user(stack, "viewer", 1)


@pytest.fixture
def viewer(_victor: Client, admin: Client) -> Client:
    """Provide the second demo viewer with an empty wallet."""
    available = _victor.call("GET", "/v1/wallet/balance").data["available"]
    if available != "0":
        give(admin, _victor, f"-{available}")
    return _victor


@pytest.fixture
def live_stream(stack: Stack, creator: Client) -> str:
    """Provide a stream that is live."""
    body = {"title": f"Stream {uuid.uuid4().hex[:6]}", "category": "Education"}
    created = creator.call("POST", "/v1/streams", body)
    assert created.status == 201, created.body
    stream_id: str = created.data["id"]
    Studio(stack).film(creator, stream_id)
    assert creator.call("POST", f"/v1/streams/{stream_id}/start").data["status"] == "LIVE"
    return stream_id


def give(admin: Client, client: Client, amount: str) -> None:
    """Correct a wallet as support would."""
    body = {"userId": client.user_id, "amount": amount, "reasonCode": "OTHER", "reason": "A test needs it"}
    answer = admin.call("POST", "/v1/admin/wallet/adjustments", body, api="adminApi")
    assert answer.status == 201, answer.body


def count_items(aws: Callable[[str], Any], stack: Stack, domain: str) -> int:
    """Return how many items a domain's table holds."""
    pages = aws("dynamodb").get_paginator("scan").paginate(TableName=table_name(stack["stage"], domain), Select="COUNT")
    return sum(page["Count"] for page in pages)
