"""One declared function: its role, log group, environment, alarms and the Lambda function itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

from infra.artifacts import RUNTIME, Artifacts
from infra.grants import statements
from shared.kernel import names
from shared.kernel.config import callback_variable, setting_names, variable
from shared.kernel.declare import Declaration, OnDue

if TYPE_CHECKING:
    from infra.platform import PlatformStack

HANDLER = "shared.kernel.entry.handler"
LOCAL_HANDLER = "infra.local.entry.handler"
"""The local stage's: its clock can be moved."""

SLOW = 0.8
"""Share of the time-out from which a call counts as slow."""


def function_name(stage: str, declaration: Declaration) -> str:
    """Return the deployed name of a function; Lambda takes 64 characters."""
    return names.prefixed(stage, declaration.name)


def environment(declaration: Declaration, platform: "PlatformStack", urls: Mapping[str, str]) -> dict[str, str]:
    """Return a function's environment: who it is, how its libraries behave, and the settings it declares.

    Args:
        declaration: what it is.
        platform: knows the settings.
        urls: function URLs of its stack by provider.

    Raises:
        LookupError: it declares a setting or a callback that does not exist.
    """
    unknown = set(declaration.settings) - setting_names()
    if unknown:
        raise LookupError(f"{declaration.name} declares unknown settings: {', '.join(sorted(unknown))}")
    values = platform.settings()
    told = {name: values[name] for name in declaration.settings if values.get(name)}
    callbacks = {callback_variable(provider): urls[provider] for provider in declaration.callbacks}
    return {
        "WELLSPRING_STAGE": platform.stage.name,
        "WELLSPRING_FUNCTION": declaration.name,
        "WELLSPRING_FUNCTION_MODULE": declaration.module,
        "POWERTOOLS_SERVICE_NAME": declaration.name,
        "POWERTOOLS_METRICS_NAMESPACE": names.PROJECT,
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        **{variable(name): value for name, value in told.items()},
        **callbacks,
    }


def make_function(
    stack: Stack,
    declaration: Declaration,
    platform: "PlatformStack",
    artifacts: Artifacts,
    triggered_by: list[iam.PolicyStatement],
    dead_letters: sqs.Queue | None = None,
) -> lambda_.Function:
    """Make the function of a declaration.

    Args:
        stack: where it belongs.
        declaration: what it is.
        platform: what it may touch.
        artifacts: its stack's code and layers.
        triggered_by: statements that its trigger needs.
        dead_letters: where asynchronous calls go that failed for good.
    """
    name = declaration.name
    group = logs.LogGroup(
        stack,
        f"{name}-log",
        log_group_name=f"/aws/lambda/{function_name(platform.stage.name, declaration)}",
        retention=logs.RetentionDays[platform.stage.log_retention],
        removal_policy=RemovalPolicy.DESTROY,
    )
    allowed = [*statements(declaration, platform), *triggered_by, *_own(group)]
    role = iam.Role(
        stack,
        f"{name}-role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        inline_policies={"touches": iam.PolicyDocument(statements=allowed)},
    )
    function = lambda_.Function(
        stack,
        name,
        function_name=function_name(platform.stage.name, declaration),
        description=declaration.module,
        runtime=RUNTIME,
        architecture=lambda_.Architecture.ARM_64,
        handler=LOCAL_HANDLER if platform.stage.local else HANDLER,
        code=artifacts.code,
        layers=artifacts.layers_of(declaration),
        # Nothing may add to the role behind the declaration's back.
        role=role.without_policy_updates(),
        environment=environment(declaration, platform, artifacts.urls),
        timeout=Duration.seconds(declaration.timeout),
        memory_size=declaration.memory,
        tracing=lambda_.Tracing.ACTIVE,
        log_group=group,
        dead_letter_queue=dead_letters,
        recursive_loop=_recursion(declaration),
    )
    _watch(stack, function, declaration, platform)
    return function


def _recursion(declaration: Declaration) -> lambda_.RecursiveLoop | None:
    # A worker that sets the next deadline of the same item sends to its own queue again and again. That ends with the
    # item; Lambda would take it for a loop and drop the message after sixteen turns.
    sends = any(access.resource == "due-queues" for access in declaration.touches)
    return lambda_.RecursiveLoop.ALLOW if isinstance(declaration.trigger, OnDue) and sends else None


def _own(group: logs.LogGroup) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[group.log_group_arn]),
        iam.PolicyStatement(actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"], resources=["*"]),
    ]


def _watch(stack: Stack, function: lambda_.Function, declaration: Declaration, platform: "PlatformStack") -> None:
    platform.alarm(
        stack,
        f"{declaration.name}-errors",
        function.metric_errors(period=Duration.minutes(5)),
        f"{declaration.module} fails.",
    )
    platform.alarm(
        stack,
        f"{declaration.name}-slow",
        function.metric_duration(period=Duration.minutes(5), statistic="Maximum"),
        f"{declaration.module} comes near its time-out of {declaration.timeout} s.",
        threshold=declaration.timeout * 1000 * SLOW,
        evaluation_periods=3,
        datapoints_to_alarm=2,
    )
    for name in declaration.alarms:
        metric = cloudwatch.Metric(
            namespace=names.PROJECT,
            metric_name=name,
            dimensions_map={"service": declaration.name},
            statistic="Sum",
            period=Duration.minutes(5),
        )
        platform.alarm(stack, f"{declaration.name}-{name}", metric, f"{declaration.module} counted {name}.")
