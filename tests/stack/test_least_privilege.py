"""IAM is enforced: what a function's own role does not grant, the cloud refuses."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.local.client import Client
from shared.kernel.names import prefixed
from tests.stack.conftest import Stack


@pytest.fixture
def without_table(stack: Stack, aws: Callable[[str], Any]) -> Iterator[str]:
    """Take the table statements from one function's role, and give them back afterwards."""
    name = prefixed(stack["stage"], "wallet-read-balance")
    role = aws("lambda").get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
    iam = aws("iam")
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    statements = document["Statement"]
    kept = [statement for statement in statements if "dynamodb" not in json.dumps(statement["Action"])]
    assert len(kept) < len(statements)
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document | {"Statement": kept}))
    yield name
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


@pytest.mark.covers("R-25")
def test_a_function_that_lacks_a_profile_is_refused(
    viewer: Client, without_table: str, aws: Callable[[str], Any]
) -> None:
    answer = viewer.call("GET", "/v1/wallet/balance")
    assert (answer.status, answer.code) == (500, "INTERNAL_ERROR")
    log = aws("logs").filter_log_events(logGroupName=f"/aws/lambda/{without_table}", filterPattern="AccessDenied")
    assert any("dynamodb:GetItem" in event["message"] for event in log["events"])
