"""Access profiles as IAM statements: exactly what a declaration touches, and nothing else."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_secretsmanager as secretsmanager

from infra.apis import SOCKET_STAGE
from infra.media import media_name
from shared.kernel import names
from shared.kernel.access import Access
from shared.kernel.declare import Declaration, Http
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER

if TYPE_CHECKING:
    from infra.platform import PlatformStack


def profiles(declaration: Declaration) -> tuple[Access, ...]:
    """Return what a function touches: its own profiles and those its shell needs for what the trigger declares."""
    found = list(declaration.touches)
    if isinstance(declaration.trigger, Http):
        found += [COUNT_RATE] if declaration.trigger.rate else []
        found += [KEEP_ANSWER] if declaration.trigger.idempotent else []
    return tuple(dict.fromkeys(found))


def statements(declaration: Declaration, platform: "PlatformStack") -> Iterable[iam.PolicyStatement]:
    """Yield the statements of a function's profiles and secrets."""
    for access in profiles(declaration):
        yield iam.PolicyStatement(
            actions=_actions(access, platform),
            resources=resources(access, platform),
            conditions=_conditions(access, platform),
        )
    for name in declaration.secrets:
        yield iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[_secret(platform, name)])


def _actions(access: Access, platform: "PlatformStack") -> list[str]:
    # The local AWS authorizes batches as an action of their own; AWS knows none of that name.
    batch = ["sqs:SendMessageBatch"] if platform.stage.local and "sqs:SendMessage" in access.actions else []
    return [*access.actions, *batch]


def resources(access: Access, platform: "PlatformStack") -> list[str]:
    """Return the ARNs that a profile is about.

    Raises:
        LookupError: nothing of that name is deployed.
    """
    kind, _, name = access.resource.partition(":")
    if kind not in _RESOURCES:
        raise LookupError(f"{access.name}: no resource {access.resource!r}")
    return _RESOURCES[kind](platform, name, access)


def _arn(platform: "PlatformStack", service: str, resource: str, name: str) -> str:
    return platform.format_arn(service=service, resource=resource, resource_name=name)


def _table(platform: "PlatformStack", domain: str, indexes: tuple[str, ...]) -> list[str]:
    if domain not in platform.tables:
        raise LookupError(f"no table {domain!r}")
    # By name: an exported ARN would tie the stacks together for nothing.
    table = _arn(platform, "dynamodb", "table", names.table_name(platform.stage.name, domain))
    return [table, *(f"{table}/index/{index}" for index in indexes)]


def _queue(platform: "PlatformStack", name: str) -> str:
    queue = names.queue_name(platform.stage.name, name)
    return platform.format_arn(service="sqs", resource=queue)


def _key(platform: "PlatformStack", name: str) -> list[str]:
    # The local AWS authorizes a key that is addressed by its alias against the alias, AWS against the key: there, any
    # key, but only through that alias, because a rotation puts another one behind it while functions run.
    if not platform.stage.local:
        return [_arn(platform, "kms", "key", "*")]
    alias = _arn(platform, "kms", *names.key_alias(platform.stage.name, name).split("/"))
    return [platform.keys[name].key_arn, alias]


def _conditions(access: Access, platform: "PlatformStack") -> dict[str, Any] | None:
    kind, _, name = access.resource.partition(":")
    if kind != "key" or platform.stage.local:
        return None
    return {"StringEquals": {"kms:RequestAlias": names.key_alias(platform.stage.name, name)}}


def _secret(platform: "PlatformStack", name: str) -> str:
    secret = platform.secrets[name].node.default_child
    if not isinstance(secret, secretsmanager.CfnSecret):
        raise TypeError(f"{name} has no secret resource")
    # ``Ref`` is the ARN on AWS but the name on the local AWS; this attribute is the ARN on both.
    return secret.attr_id


def _objects(platform: "PlatformStack", prefix: str) -> str:
    bucket = media_name(platform, platform.stage)
    return platform.format_arn(service="s3", region="", account="", resource=bucket, resource_name=f"{prefix}/*")


def _sockets(platform: "PlatformStack") -> list[str]:
    api = f"{platform.apis.sockets.api_id}/{SOCKET_STAGE}"
    return [_arn(platform, "execute-api", api, f"{method}/@connections/*") for method in ("DELETE", "POST")]


_RESOURCES: dict[str, Callable[["PlatformStack", str, Access], list[str]]] = {
    "table": lambda platform, name, access: _table(platform, name, access.indexes),
    "key": lambda platform, name, _: _key(platform, name),
    "bus": lambda platform, _, __: [_arn(platform, "events", "event-bus", names.bus_name(platform.stage.name))],
    "sockets": lambda platform, _, __: _sockets(platform),
    "mail": lambda platform, _, __: list(platform.mail.arns),
    "bucket": lambda platform, name, _: [_objects(platform, name)],
    "queue": lambda platform, name, _: [_queue(platform, name)],
    "due-queues": lambda platform, _, __: [_queue(platform, names.due_queue(kind)) for kind in platform.due_kinds],
}
