"""Templates on the deployed stack: one admin writes, another approves, both functions with their own roles."""

import uuid

import pytest

from infra.local.client import Client
from tests.stack.conftest import Stack
from tests.stack.test_notifications import PASSWORD, registered

KEY = "partner.accepted"


@pytest.fixture
def second_admin(stack: Stack, admin: Client) -> Client:
    """Provide another admin than the demo's."""
    client, email = registered(stack)
    role = {"role": "admin", "granted": True}
    assert admin.call("POST", f"/v1/admin/users/{client.user_id}/roles", role, api="adminApi").status == 200
    assert client.log_in(email, PASSWORD).status == 200
    return client


@pytest.mark.covers("X-A-29")
def test_a_template_is_written_tried_and_approved_by_another(admin: Client, second_admin: Client) -> None:
    listed = admin.call("GET", "/v1/admin/templates", api="adminApi").data
    (present,) = [one for one in listed if (one["key"], one["locale"]) == (KEY, "en")]
    tried = {"template": KEY, "channel": "SMS", "variables": {"partner_name": "Max"}, "firstText": True}
    shown = admin.call("POST", "/v1/admin/templates/preview", tried, api="adminApi").data
    assert (shown["segments"], shown["encoding"], shown["problems"]) == (1, "GSM-7", [])

    # The same words again: other tests go on reading what they expect.
    body = {"key": KEY, "wording": present["wording"]}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    written = admin.call("POST", "/v1/admin/templates", body, api="adminApi", headers=key)
    assert written.status == 201, written.body
    approve = f"/v1/admin/templates/{KEY}/versions/{written.data['version']}/approve"
    assert admin.call("POST", approve, api="adminApi").code == "OWN_VERSION"
    assert second_admin.call("POST", approve, api="adminApi").data["active"] is True
    history = admin.call("GET", f"/v1/admin/templates/{KEY}", api="adminApi").data
    assert [one["version"] for one in history if one["active"] and one["locale"] == "en"] == [written.data["version"]]
