import json
import re

from infra.stages import stage
from tests.infra.templates import Resource, Templates

SECRET_FIELDS = re.compile(r"authorization|header|querystring|authorizer\.(?!error)|ticket|cookie", re.IGNORECASE)


def _stages(deployed: Templates) -> dict[str, Resource]:
    """Return the stages by the name of their API."""
    return {
        deployed.target(found.stack, found.properties["ApiId"]).properties["Name"].rpartition("-")[2]: found
        for found in deployed.of_type("AWS::ApiGatewayV2::Stage")
    }


def test_every_stage_is_throttled_and_logs_access_but_for_ticks(deployed: Templates) -> None:
    stages = _stages(deployed)
    assert set(stages) == {"public", "admin", "meter", "sockets"}
    for name, found in stages.items():
        limits = found.properties["DefaultRouteSettings"]
        assert limits["ThrottlingRateLimit"] > 0
        assert limits["ThrottlingBurstLimit"] > 0
        if name == "meter":
            assert "AccessLogSettings" not in found.properties
            continue
        group = deployed.target(found.stack, found.properties["AccessLogSettings"]["DestinationArn"])
        assert group.properties["RetentionInDays"] > 0


def test_access_logs_hold_no_credentials(deployed: Templates) -> None:
    for name, found in _stages(deployed).items():
        if name == "meter":
            continue
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

    assert pinned(local) == {"public", "admin", "meter", "sockets"}
    assert pinned(sampled) == {None}


def test_the_platform_says_where_it_is_reached(local: Templates, deployed: Templates) -> None:
    wanted = {"PublicApiUrl", "AdminApiUrl", "MeterApiUrl", "WebSocketUrl"}
    for templates in (local, deployed):
        assert wanted <= templates.stacks[f"{templates.stage.name}-wellspring-platform"]["Outputs"].keys()
    assert "FunctionUrlStripe" in local.stacks["local-wellspring-wallet-workers"]["Outputs"]


def test_ticks_have_a_throttle_of_their_own(deployed: Templates) -> None:
    limits = {name: found.properties["DefaultRouteSettings"] for name, found in _stages(deployed).items()}
    assert limits["meter"]["ThrottlingRateLimit"] == deployed.stage.meter_rate
    assert limits["meter"]["ThrottlingBurstLimit"] == deployed.stage.meter_burst
    assert limits["public"]["ThrottlingRateLimit"] == deployed.stage.rate
    keys = {
        route.properties["RouteKey"]: deployed.target(route.stack, route.properties["ApiId"]).properties["Name"]
        for route in deployed.of_type("AWS::ApiGatewayV2::Route")
    }
    assert keys["POST /v1/meter"].endswith("-meter")
    assert [key for key, api in keys.items() if api.endswith("-meter")] == ["POST /v1/meter"]


def test_the_local_stage_takes_its_addresses_from_the_deploying_process() -> None:
    told = stage(
        "local", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "WELLSPRING_STRIPE_API_BASE": "http://127.0.0.1:8"}
    )
    assert told.emulator == "http://127.0.0.1:9"
    assert told.settings["stripe_api_base"] == "http://127.0.0.1:8"
