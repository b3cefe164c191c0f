import json
import re

from infra.stages import stage
from tests.infra.templates import Templates

SECRET_FIELDS = re.compile(r"authorization|header|querystring|authorizer\.(?!error)|ticket|cookie", re.IGNORECASE)


def test_every_stage_is_throttled_and_logs_access(deployed: Templates) -> None:
    stages = deployed.of_type("AWS::ApiGatewayV2::Stage")
    assert len(stages) == 3
    for found in stages:
        limits = found.properties["DefaultRouteSettings"]
        assert limits["ThrottlingRateLimit"] > 0
        assert limits["ThrottlingBurstLimit"] > 0
        group = deployed.target(found.stack, found.properties["AccessLogSettings"]["DestinationArn"])
        assert group.properties["RetentionInDays"] > 0


def test_access_logs_hold_no_credentials(deployed: Templates) -> None:
    for found in deployed.of_type("AWS::ApiGatewayV2::Stage"):
        fields = json.loads(found.properties["AccessLogSettings"]["Format"])
        assert not [value for value in fields.values() if SECRET_FIELDS.search(value)]


def test_browsers_may_call_with_credentials_from_the_configured_origins_only(deployed: Templates) -> None:
    apis = [found.properties for found in deployed.of_type("AWS::ApiGatewayV2::Api")]
    for api in (found for found in apis if found["ProtocolType"] == "HTTP"):
        assert api["CorsConfiguration"]["AllowCredentials"] is True
        assert api["CorsConfiguration"]["AllowOrigins"] == list(deployed.stage.origins)


def test_api_ids_are_pinned_locally_and_only_there(local: Templates, sampled: Templates) -> None:
    def pinned(templates: Templates) -> set[str | None]:
        return {api.properties["Tags"].get("ms-custom-id") for api in templates.of_type("AWS::ApiGatewayV2::Api")}

    assert pinned(local) == {"public", "admin", "sockets"}
    assert pinned(sampled) == {None}


def test_the_platform_says_where_it_is_reached(local: Templates, deployed: Templates) -> None:
    wanted = {"PublicApiUrl", "AdminApiUrl", "WebSocketUrl"}
    for templates in (local, deployed):
        assert wanted <= templates.stacks[f"{templates.stage.name}-wellspring-platform"]["Outputs"].keys()
    assert "FunctionUrlStripe" in local.stacks["local-wellspring-wallet"]["Outputs"]


def test_the_local_stage_takes_its_addresses_from_the_deploying_process() -> None:
    told = stage(
        "local", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "WELLSPRING_STRIPE_API_BASE": "http://127.0.0.1:8"}
    )
    assert told.emulator == "http://127.0.0.1:9"
    assert told.settings["stripe_api_base"] == "http://127.0.0.1:8"
