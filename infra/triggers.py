"""What calls a function: its route, URL, schedule, queue or stream, made from its declaration."""

import re
from typing import TYPE_CHECKING

from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns

from infra.artifacts import Artifacts
from infra.functions import make_function
from infra.queues import make_dead_letters, make_queue
from shared.kernel import names
from shared.kernel.declare import (
    PUBLIC,
    Authorizer,
    Declaration,
    FunctionUrl,
    Http,
    OnDue,
    OnEvent,
    OnStream,
    Schedule,
    Socket,
)

if TYPE_CHECKING:
    from infra.platform import PlatformStack

RETRIES = 2
STREAM_RETRIES = 5
STREAM_CALLS = 10
"""Calls that read one shard of a stream at a time, the most that Lambda allows."""

QUEUE_BATCH = 10
QUEUE_CALLS = 10
"""Calls that work on one queue at a time.

A call that is throttled counts as a receive: without a limit a burst in an account that is short of concurrency sets
messages aside that no handler ever saw.
"""
SILENT_RUNS = 3
"""Runs in a row that a schedule may leave out before an alarm."""

LATE = Duration.minutes(5)
"""How far a stream's reader may fall behind before an alarm."""


def deploy(stack: Stack, declaration: Declaration, platform: "PlatformStack", artifacts: Artifacts) -> None:
    """Deploy one function and what calls it."""
    match declaration.trigger:
        case OnEvent() | OnDue():
            _queued(stack, declaration, platform, artifacts)
        case OnStream() as trigger:
            _streamed(stack, declaration, trigger, platform, artifacts)
        case Schedule() as trigger:
            _scheduled(stack, declaration, trigger, platform, artifacts)
        case trigger:
            function = make_function(stack, declaration, platform, artifacts, [])
            _called(stack, declaration, trigger, platform, function, artifacts)


def _called(
    stack: Stack,
    declaration: Declaration,
    trigger: Http | FunctionUrl | Authorizer | Socket,
    platform: "PlatformStack",
    function: lambda_.Function,
    artifacts: Artifacts,
) -> None:
    match trigger:
        case Http():
            gateway.HttpRoute(
                stack,
                f"{declaration.name}-route",
                http_api=platform.apis.http[trigger.api],
                route_key=gateway.HttpRouteKey.with_(trigger.path, gateway.HttpMethod[trigger.method]),
                integration=integrations.HttpLambdaIntegration(f"{declaration.name}-integration", function),
                # Said for every route: one that says nothing is open.
                authorizer=gateway.HttpNoneAuthorizer()
                if trigger.allow == PUBLIC
                else platform.authorizer(trigger.api),
            )
        case Socket():
            gateway.WebSocketRoute(
                stack,
                f"{declaration.name}-route",
                web_socket_api=platform.apis.sockets,
                route_key=trigger.route,
                integration=integrations.WebSocketLambdaIntegration(f"{declaration.name}-integration", function),
            )
        case FunctionUrl():
            url = function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE).url
            name = re.sub(r"[^0-9A-Za-z]", "", trigger.provider.title())
            CfnOutput(stack, f"FunctionUrl{name}", value=url)
            artifacts.urls[trigger.provider] = url
            # Locally a simulator posts what became of mails: the name in the URL does not resolve there.
            if trigger.topic == "mail" and not platform.stage.local:
                sns.Subscription(
                    stack,
                    f"{declaration.name}-subscription",
                    topic=platform.mail.topic,
                    endpoint=url,
                    protocol=sns.SubscriptionProtocol.HTTPS,
                    dead_letter_queue=make_dead_letters(stack, declaration.name, platform),
                )
        case Authorizer():
            platform.use_authorizer(function)


def _queued(stack: Stack, declaration: Declaration, platform: "PlatformStack", artifacts: Artifacts) -> None:
    trigger = declaration.trigger
    name = names.due_queue(trigger.kind) if isinstance(trigger, OnDue) else declaration.name
    queue = make_queue(stack, name, declaration, platform)
    consume = iam.PolicyStatement(
        actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], resources=[queue.queue_arn]
    )
    function = make_function(stack, declaration, platform, artifacts, [consume])
    function.add_event_source(
        sources.SqsEventSource(
            queue, batch_size=QUEUE_BATCH, max_concurrency=QUEUE_CALLS, report_batch_item_failures=True
        )
    )
    if isinstance(trigger, OnEvent):
        for source in sorted({event.source() for event in trigger.events}):
            events.Rule(
                stack,
                f"{declaration.name}-{source}",
                event_bus=platform.bus,
                event_pattern=events.EventPattern(
                    source=[source],
                    detail_type=sorted(event.__name__ for event in trigger.events if event.source() == source),
                ),
                targets=[targets.SqsQueue(queue, dead_letter_queue=queue.dead_letter_queue.queue)],
            )


def _streamed(
    stack: Stack, declaration: Declaration, trigger: OnStream, platform: "PlatformStack", artifacts: Artifacts
) -> None:
    dead = make_dead_letters(stack, declaration.name, platform)
    tables = {domain: platform.tables[domain] for domain in trigger.domains or sorted(platform.tables)}
    allowed = [
        iam.PolicyStatement(
            actions=["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
            resources=[table.table_stream_arn or "" for table in tables.values()],
        ),
        iam.PolicyStatement(actions=["dynamodb:ListStreams"], resources=["*"]),
        iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead.queue_arn]),
    ]
    function = make_function(stack, declaration, platform, artifacts, allowed)
    for domain, table in tables.items():
        lambda_.EventSourceMapping(
            stack,
            f"{declaration.name}-from-{domain}",
            target=function,
            event_source_arn=table.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=trigger.batch_size,
            # One call at a time would follow some forty ticks a second. Changes of one item stay in their order.
            parallelization_factor=STREAM_CALLS,
            max_batching_window=Duration.seconds(trigger.window),
            filters=[lambda_.FilterCriteria.filter(pattern) for pattern in trigger.filters],
            bisect_batch_on_error=True,
            report_batch_item_failures=True,
            retry_attempts=STREAM_RETRIES,
            on_failure=sources.SqsDlq(dead),
        )
    platform.alarm(
        stack,
        f"{declaration.name}-behind",
        function.metric("IteratorAge", period=Duration.minutes(1), statistic="Maximum"),
        f"{declaration.module} falls behind its streams.",
        threshold=LATE.to_milliseconds(),
        evaluation_periods=3,
    )


def _scheduled(
    stack: Stack, declaration: Declaration, trigger: Schedule, platform: "PlatformStack", artifacts: Artifacts
) -> None:
    dead = make_dead_letters(stack, declaration.name, platform)
    send = iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[dead.queue_arn])
    function = make_function(stack, declaration, platform, artifacts, [send], dead)
    events.Rule(
        stack,
        f"{declaration.name}-schedule",
        rule_name=names.prefixed(platform.stage.name, declaration.name),
        schedule=events.Schedule.expression(trigger.expression),
        targets=[
            targets.LambdaFunction(
                function, dead_letter_queue=dead, retry_attempts=RETRIES, max_event_age=Duration.hours(1)
            )
        ],
    )
    # A run that fails is seen by its errors; one that never happens only by the silence.
    platform.alarm(
        stack,
        f"{declaration.name}-silent",
        function.metric_invocations(period=_interval(trigger.expression)),
        f"{declaration.module} has not run for {SILENT_RUNS} of its intervals.",
        comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluation_periods=SILENT_RUNS,
        treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
    )


def _interval(expression: str) -> Duration:
    """Return the time between two runs.

    Raises:
        ValueError: it is not ``rate(...)``: schedules are kept in step by rates, so that no zone can skip one.
    """
    found = re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression)
    if not found:
        raise ValueError(f"{expression}: schedules are rates of minutes, hours or days")
    units = {"minute": Duration.minutes, "hour": Duration.hours, "day": Duration.days}
    return units[found[2]](int(found[1]))
