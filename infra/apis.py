"""The APIs: public, admin and meter over HTTP, and the WebSocket API, each with its stage and throttle.

All have an access log but the meter: each of its requests is a conditional write that leaves its own evidence.
"""

import json
from dataclasses import dataclass

from aws_cdk import CfnOutput, Duration, RemovalPolicy, Tags
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_certificatemanager as certificates
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.stages import Stage
from shared.kernel import names

SOCKET_STAGE = "live"
PINNED_ID = "ms-custom-id"
"""Tag by which the local AWS gives an API a fixed id."""

HEADERS = ["authorization", "content-type", "idempotency-key", "if-match", "if-none-match", "x-csrf-token"]
EXPOSED = [
    "etag",
    "idempotency-replayed",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-ratelimit-remaining",
    "x-request-id",
]

# Neither query strings (a connection's ticket is in one) nor headers.
HTTP_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "bytes": "$context.responseLength",
    "source": "$context.identity.sourceIp",
}
SOCKET_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "event": "$context.eventType",
    "status": "$context.status",
    "integrationError": "$context.integrationErrorMessage",
    "connectionId": "$context.connectionId",
}


@dataclass(frozen=True, slots=True)
class Apis:
    """The APIs and where they are reached.

    Attributes:
        http: the HTTP APIs by name.
        sockets: the WebSocket API.
        public_url: base URL of the public API.
        socket_url: where clients open WebSocket connections.
        socket_endpoint: management URL of the WebSocket API.
    """

    http: dict[str, gateway.HttpApi]
    sockets: gateway.WebSocketApi
    public_url: str
    socket_endpoint: str
    socket_url: str


def make_apis(scope: Construct, stage: Stage) -> Apis:
    """Make the APIs and the outputs that say where they are."""
    throttle = gateway.ThrottleSettings(rate_limit=stage.meter_rate, burst_limit=stage.meter_burst)
    public, public_url = _http_api(scope, stage, "public", "api", _throttle(stage), logged=True)
    admin, admin_url = _http_api(scope, stage, "admin", "admin-api", _throttle(stage), logged=True)
    meter, meter_url = _http_api(scope, stage, "meter", "meter", throttle, logged=False)
    sockets, socket_stage = _socket_api(scope, stage)
    CfnOutput(scope, "PublicApiUrl", value=public_url)
    CfnOutput(scope, "AdminApiUrl", value=admin_url)
    CfnOutput(scope, "MeterApiUrl", value=meter_url)
    socket_url = _socket_url(sockets, socket_stage, stage)
    CfnOutput(scope, "WebSocketUrl", value=socket_url)
    endpoint = _emulated(stage, sockets.api_id, SOCKET_STAGE) if stage.local else socket_stage.callback_url
    return Apis({"public": public, "admin": admin, "meter": meter}, sockets, public_url, endpoint, socket_url)


def _emulated(stage: Stage, api_id: str, stage_name: str) -> str:
    return f"{stage.emulator}/_aws/execute-api/{api_id}/{stage_name}"


def _socket_url(api: gateway.WebSocketApi, socket_stage: gateway.WebSocketStage, stage: Stage) -> str:
    if stage.local:
        return _emulated(stage, api.api_id, SOCKET_STAGE).replace("http", "ws", 1)
    return f"wss://live.{stage.domain}" if stage.domain else socket_stage.url


def _http_api(
    scope: Construct, stage: Stage, name: str, host: str, throttle: gateway.ThrottleSettings, *, logged: bool
) -> tuple[gateway.HttpApi, str]:
    api = gateway.HttpApi(
        scope,
        f"{name}-api",
        api_name=names.prefixed(stage.name, name),
        create_default_stage=False,
        cors_preflight=gateway.CorsPreflightOptions(
            allow_credentials=True,
            allow_origins=list(stage.origins),
            allow_methods=[
                gateway.CorsHttpMethod.GET,
                gateway.CorsHttpMethod.POST,
                gateway.CorsHttpMethod.PUT,
                gateway.CorsHttpMethod.PATCH,
                gateway.CorsHttpMethod.DELETE,
            ],
            allow_headers=HEADERS,
            expose_headers=EXPOSED,
            max_age=Duration.hours(1),
        ),
    )
    _pin(api, stage, name)
    http_stage = gateway.HttpStage(
        scope,
        f"{name}-stage",
        http_api=api,
        stage_name="$default",
        auto_deploy=True,
        throttle=throttle,
        domain_mapping=_mapping(scope, stage, host),
    )
    if logged:
        _log_access(scope, stage, name, http_stage, HTTP_LOG)
    if stage.local:
        return api, f"{stage.emulator}/_aws/execute-api/{api.api_id}"
    return api, f"https://{host}.{stage.domain}" if stage.domain else api.api_endpoint


def _socket_api(scope: Construct, stage: Stage) -> tuple[gateway.WebSocketApi, gateway.WebSocketStage]:
    api = gateway.WebSocketApi(scope, "sockets-api", api_name=names.prefixed(stage.name, "sockets"))
    _pin(api, stage, "sockets")
    socket_stage = gateway.WebSocketStage(
        scope,
        "sockets-stage",
        web_socket_api=api,
        stage_name=SOCKET_STAGE,
        auto_deploy=True,
        throttle=_throttle(stage),
        domain_mapping=_mapping(scope, stage, "live"),
    )
    _log_access(scope, stage, "sockets", socket_stage, SOCKET_LOG)
    return api, socket_stage


def _pin(api: Construct, stage: Stage, api_id: str) -> None:
    if stage.local:
        Tags.of(api).add(PINNED_ID, api_id, include_resource_types=["AWS::ApiGatewayV2::Api"])


def _throttle(stage: Stage) -> gateway.ThrottleSettings:
    return gateway.ThrottleSettings(rate_limit=stage.rate, burst_limit=stage.burst)


def _mapping(scope: Construct, stage: Stage, host: str) -> gateway.DomainMappingOptions | None:
    if not stage.domain:
        return None
    certificate = certificates.Certificate.from_certificate_arn(scope, f"{host}-certificate", stage.certificate)
    domain = gateway.DomainName(scope, f"{host}-domain", domain_name=f"{host}.{stage.domain}", certificate=certificate)
    CfnOutput(scope, f"DomainTarget{host.title().replace('-', '')}", value=domain.regional_domain_name)
    return gateway.DomainMappingOptions(domain_name=domain)


def _log_access(
    scope: Construct,
    stage: Stage,
    name: str,
    api_stage: gateway.HttpStage | gateway.WebSocketStage,
    fields: dict[str, str],
) -> None:
    group = logs.LogGroup(
        scope,
        f"{name}-access",
        # This prefix keeps the gateway's deliveries out of the size limit of the account's log resource policy.
        log_group_name=f"/aws/vendedlogs/{names.prefixed(stage.name, name)}",
        retention=logs.RetentionDays[stage.log_retention],
        removal_policy=RemovalPolicy.DESTROY,
    )
    resource = api_stage.node.default_child
    if not isinstance(resource, gateway.CfnStage):
        raise TypeError(f"{name} has no stage resource")
    resource.access_log_settings = gateway.CfnStage.AccessLogSettingsProperty(
        destination_arn=group.log_group_arn, format=json.dumps(fields)
    )
