"""What a role may is what its function's declaration touches; worked out here a second time, from the names alone."""

from collections import Counter
from typing import Any

import pytest

from infra.functions import function_name
from shared.kernel.access import Access
from shared.kernel.declare import Declaration, Http, OnDue, OnEvent, OnStream, Schedule
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from tests.infra.templates import Resource, Templates

Statement = tuple[frozenset[str], frozenset[str]]

UNRESOURCED = frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments", "dynamodb:ListStreams"})
HERE = "<Region>:<AccountId>"


def _due_queues(deployed: Templates) -> list[str]:
    kinds = {found.trigger.kind for found in deployed.declarations if isinstance(found.trigger, OnDue)}
    return [f"due-{kind}" for kind in sorted(kinds)]


def _resources(deployed: Templates, access: Access) -> list[str]:  # noqa: C901 - one case for each kind
    prefix = f"{deployed.stage.name}-wellspring"
    kind, _, name = access.resource.partition(":")
    arn = "arn:<Partition>"
    table = f"{arn}:dynamodb:{HERE}:table/{prefix}-{name}"
    match kind:
        case "table":
            return [table, *(f"{table}/index/{index}" for index in access.indexes)]
        case "key":
            return [f"<alias/{prefix}-{name}>"]
        case "bus":
            return [f"{arn}:events:{HERE}:event-bus/{prefix}-events"]
        case "sockets":
            connections = f"{arn}:execute-api:{HERE}:<{prefix}-sockets>/live"
            return [f"{connections}/{method}/@connections/*" for method in ("DELETE", "POST")]
        case "mail":
            kinds = (("identity", deployed.stage.mail_domain), ("configuration-set", f"{prefix}-mail"))
            return [f"{arn}:ses:{HERE}:{kind}/{name}" for kind, name in kinds]
        case "bucket":
            return [f"{arn}:s3:::{prefix}-media-<AccountId>/{name}/*"]
        case "queue":
            return [f"{arn}:sqs:{HERE}:{prefix}-{name}"]
        case "due-queues":
            return [f"{arn}:sqs:{HERE}:{prefix}-{queue}" for queue in _due_queues(deployed)]
    raise AssertionError(access)


def _own(deployed: Templates, declaration: Declaration) -> list[Statement]:
    """Return what its trigger, its log and its traces need."""
    prefix, name = f"{deployed.stage.name}-wellspring", declaration.name
    log = (
        frozenset({"logs:CreateLogStream", "logs:PutLogEvents"}),
        frozenset({f"</aws/lambda/{function_name(deployed.stage.name, declaration)}>"}),
    )
    traces = (frozenset({"xray:PutTelemetryRecords", "xray:PutTraceSegments"}), frozenset({"*"}))
    set_aside = (frozenset({"sqs:SendMessage"}), frozenset({f"<{prefix}-{name}-dead>"}))
    consume = frozenset({"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"})
    match declaration.trigger:
        case OnEvent():
            return [log, traces, (consume, frozenset({f"<{prefix}-{name}>"}))]
        case OnDue(kind):
            return [log, traces, (consume, frozenset({f"<{prefix}-due-{kind}>"}))]
        case Schedule():
            return [log, traces, set_aside]
        case OnStream(domains):
            read = frozenset({"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"})
            streams = domains or tuple(table.domain for table in deployed.tables)
            return [
                log,
                traces,
                set_aside,
                (read, frozenset(f"<{prefix}-{domain}>" for domain in streams)),
                (frozenset({"dynamodb:ListStreams"}), frozenset({"*"})),
            ]
    return [log, traces]


def _expected(deployed: Templates, declaration: Declaration) -> Counter[Statement]:
    touched = list(declaration.touches)
    if isinstance(declaration.trigger, Http):
        touched += [COUNT_RATE] if declaration.trigger.rate else []
        touched += [KEEP_ANSWER] if declaration.trigger.idempotent else []
    granted = [(frozenset(access.actions), frozenset(_resources(deployed, access))) for access in touched]
    secrets = [
        (frozenset({"secretsmanager:GetSecretValue"}), frozenset({f"<{deployed.stage.name}/wellspring/{name}>"}))
        for name in declaration.secrets
    ]
    return Counter([*dict.fromkeys(granted), *secrets, *_own(deployed, declaration)])


def _found(deployed: Templates, role: Resource) -> Counter[Statement]:
    (policy,) = role.properties["Policies"]
    statements = policy["PolicyDocument"]["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    return Counter(
        (frozenset(_listed(statement["Action"])), _on(deployed, role, statement)) for statement in statements
    )


def _on(deployed: Templates, role: Resource, statement: dict[str, Any]) -> frozenset[str]:
    """Return what a statement is about. Any key through one alias is as good as the key behind the alias."""
    found = frozenset(deployed.text(role.stack, resource) for resource in _listed(statement["Resource"]))
    if "Condition" not in statement:
        return found
    assert found == {f"arn:<Partition>:kms:{HERE}:key/*"}
    (alias,) = statement["Condition"]["StringEquals"].values()
    assert statement["Condition"] == {"StringEquals": {"kms:RequestAlias": alias}}
    return frozenset({f"<{alias}>"})


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.covers("R-25")
def test_a_role_grants_exactly_what_its_function_touches(deployed: Templates) -> None:
    functions = {found.properties["FunctionName"]: found for found in deployed.of_type("AWS::Lambda::Function")}
    for declaration in deployed.declarations:
        function = functions[function_name(deployed.stage.name, declaration)]
        role = deployed.target(function.stack, function.properties["Role"])
        assert _found(deployed, role) == _expected(deployed, declaration), declaration.name


def test_every_function_has_its_own_role_and_no_other_role_exists(deployed: Templates) -> None:
    functions = deployed.of_type("AWS::Lambda::Function")
    roles = [deployed.target(found.stack, found.properties["Role"]).logical_id for found in functions]
    assert len(roles) == len(set(roles)) == len(deployed.of_type("AWS::IAM::Role"))


def test_nothing_grants_behind_the_declarations_back(deployed: Templates) -> None:
    assert not deployed.of_type("AWS::IAM::Policy")
    assert not deployed.of_type("AWS::IAM::ManagedPolicy")
    assert not [role for role in deployed.of_type("AWS::IAM::Role") if role.properties.get("ManagedPolicyArns")]


def test_only_actions_without_resources_are_granted_on_everything(deployed: Templates) -> None:
    for role in deployed.of_type("AWS::IAM::Role"):
        for actions, resources in _found(deployed, role):
            assert not [action for action in actions if "*" in action]
            assert "*" not in resources or actions <= UNRESOURCED


def test_locally_a_key_is_also_named_by_its_alias_and_mail_by_nothing(local: Templates) -> None:
    granted = {
        action: resources
        for role in local.of_type("AWS::IAM::Role")
        for actions, resources in _found(local, role)
        for action in actions
    }
    assert f"arn:<Partition>:kms:{HERE}:alias/local-wellspring-tokens" in granted["kms:Sign"]
    assert granted["ses:SendEmail"] == {"*"}


@pytest.mark.parametrize("resource", ["table:nowhere", "barrel:x"])
def test_a_profile_on_something_that_does_not_exist_is_refused(resource: str, tmp_path: Any) -> None:
    declaration = Declaration(
        "functions.live.read_it", Schedule("rate(1 day)"), touches=(Access("x", resource, ("a:B",)),)
    )
    with pytest.raises(LookupError):
        Templates("local", [declaration], [], tmp_path)
