"""The platform stack: what all domains share, and the functions of the platform itself."""

from collections.abc import Iterable
from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.apis import make_apis
from infra.mail import MAIL_TOPIC, make_mail
from infra.media import make_media, media_name
from infra.secrets import make_secret
from infra.stages import Stage
from shared.kernel import names
from shared.kernel.declare import Declaration, OnDue

AUTHORIZER_CACHE = Duration.seconds(60)
"""So that a suspension bites within a minute."""

ARCHIVE = Duration.days(30)

RUNBOOK = "docs/runbooks/alarms.md"


class PlatformStack(Stack):
    """APIs, bus, keys, secrets, alarms.

    Attributes:
        stage: the deployment.
        tables: every domain's table.
        due_kinds: kinds of due items that have a queue.
        apis: the HTTP APIs and the WebSocket API.
        keys: KMS keys by short name.
        secrets: secrets by short name.
        mail: what sends mail.
    """

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        tables: dict[str, dynamodb.Table],
        declarations: Iterable[Declaration],
        **options: Any,
    ) -> None:
        super().__init__(scope, names.prefixed(stage.name, "platform"), **options)
        declared = tuple(declarations)
        self.stage = stage
        self.tables = tables
        self.due_kinds = sorted({d.trigger.kind for d in declared if isinstance(d.trigger, OnDue)})
        self.apis = make_apis(self, stage)
        self.bus = self._bus()
        self.keys = {name: self._key(name, signs) for name, signs in sorted(_keys(declared).items())}
        self.secrets = {
            name: make_secret(self, name, stage)
            for name in sorted({name for declaration in declared for name in declaration.secrets})
        }
        self._alarm_topic = self._topic()
        self._authorizers: dict[str, authorizers.HttpLambdaAuthorizer] = {}
        self.mail = make_mail(self, stage)
        make_media(self, stage)
        self._watch_throttles()

    def settings(self) -> dict[str, str]:
        """Return the deployment's settings; the addresses are those of the real APIs."""
        addresses = {
            "public_url": self.apis.public_url,
            "socket_endpoint": self.apis.socket_endpoint,
            "socket_url": self.apis.socket_url,
            "media_bucket": media_name(self, self.stage),
            "mail_events": self.mail.events,
            # By name: an exported ARN would tie the stacks together for nothing.
            "mail_topic": self.format_arn(service="sns", resource=names.prefixed(self.stage.name, MAIL_TOPIC)),
        }
        return {**self.stage.settings, **addresses}

    def use_authorizer(self, function: lambda_.IFunction) -> None:
        """Let a function authorize the callers of the HTTP APIs."""
        for name in self.apis.http:
            self._authorizers[name] = authorizers.HttpLambdaAuthorizer(
                f"{name}-authorizer",
                function,
                authorizer_name=names.prefixed(self.stage.name, f"{name}-authorizer"),
                identity_source=["$request.header.Authorization"],
                response_types=[authorizers.HttpLambdaResponseType.SIMPLE],
                results_cache_ttl=AUTHORIZER_CACHE,
            )

    def authorizer(self, api: str) -> gateway.IHttpRouteAuthorizer:
        """Return an API's authorizer.

        Raises:
            LookupError: no function is declared as the authorizer.
        """
        if api not in self._authorizers:
            raise LookupError("functions/platform declares no authorizer, but routes need one")
        return self._authorizers[api]

    def alarm(self, scope: Construct, name: str, metric: cloudwatch.IMetric, description: str, **options: Any) -> None:
        """Raise an alarm when a metric reaches ``threshold`` (1 unless told) in any period.

        What its name ends with is a section of the runbook.
        """
        alarm = cloudwatch.Alarm(
            scope,
            f"{name}-alarm",
            alarm_name=names.prefixed(self.stage.name, name),
            alarm_description=f"{description} Runbook: {RUNBOOK}#{name.rpartition('-')[2].lower()}",
            metric=metric,
            **{
                "threshold": 1,
                "evaluation_periods": 1,
                "comparison_operator": cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                "treat_missing_data": cloudwatch.TreatMissingData.NOT_BREACHING,
                **options,
            },
        )
        alarm.add_alarm_action(actions.SnsAction(self._alarm_topic))

    def _bus(self) -> events.EventBus:
        bus = events.EventBus(self, "bus", event_bus_name=names.bus_name(self.stage.name))
        # The local AWS has no archives.
        if not self.stage.local:
            bus.archive(
                "archive",
                archive_name=names.bus_name(self.stage.name),
                description="Replays events to consumers that were wrong or down.",
                event_pattern=events.EventPattern(source=events.Match.prefix(f"{names.PROJECT}.")),
                retention=ARCHIVE,
            )
        return bus

    def _key(self, name: str, signs: bool) -> kms.Key:
        kind: dict[str, Any] = (
            {"key_spec": kms.KeySpec.RSA_2048, "key_usage": kms.KeyUsage.SIGN_VERIFY}
            if signs
            else {"enable_key_rotation": True}
        )
        return kms.Key(
            self,
            f"key-{name}",
            alias=names.key_alias(self.stage.name, name),
            removal_policy=RemovalPolicy.DESTROY if self.stage.local else RemovalPolicy.RETAIN,
            **kind,
        )

    def _topic(self) -> sns.Topic:
        # CloudWatch cannot publish through the AWS-managed key.
        topic = sns.Topic(
            self,
            "alarms",
            topic_name=names.prefixed(self.stage.name, "alarms"),
            master_key=self._key("alarms", signs=False),
            enforce_ssl=not self.stage.local,
        )
        topic.grant_publish(iam.ServicePrincipal("cloudwatch.amazonaws.com"))
        if self.stage.alarm_address:
            topic.add_subscription(subscriptions.EmailSubscription(self.stage.alarm_address))
        CfnOutput(self, "AlarmTopicArn", value=topic.topic_arn)
        return topic

    def _watch_throttles(self) -> None:
        # All functions share the account's concurrency, so one alarm tells what one for each would.
        self.alarm(
            self,
            "throttles",
            lambda_.Function.metric_all_throttles(period=Duration.minutes(1)),
            "Lambda refuses calls: the account's concurrency is used up.",
        )


def _keys(declarations: Iterable[Declaration]) -> dict[str, bool]:
    """Return the keys that functions touch, and whether each is a signing key."""
    found: dict[str, bool] = {}
    for access in (access for declaration in declarations for access in declaration.touches):
        kind, _, name = access.resource.partition(":")
        if kind == "key":
            found[name] = found.get(name, False) or "kms:Sign" in access.actions
    return found
