import pytest

from shared.kernel.declare import PUBLIC, FunctionUrl, Http, Socket
from shared.kernel.names import prefixed
from tests.infra.templates import Resource, Templates

MAX_INTEGRATIONS = 300


def _routes(deployed: Templates) -> list[tuple[str, str, str, str]]:
    """Return every route as (API, key, function, authorization)."""
    return sorted(
        (
            deployed.target(route.stack, route.properties["ApiId"]).properties["Name"],
            route.properties["RouteKey"],
            _function(deployed, route).properties["FunctionName"],
            route.properties.get("AuthorizationType", "unsaid"),
        )
        for route in deployed.of_type("AWS::ApiGatewayV2::Route")
    )


def _function(deployed: Templates, route: Resource) -> Resource:
    integration = deployed.target(route.stack, route.properties["Target"])
    return deployed.target(integration.stack, integration.properties["IntegrationUri"])


def _declared(deployed: Templates) -> list[tuple[str, str, str, str]]:
    stage, rows = deployed.stage.name, []
    for declaration in deployed.declarations:
        function = prefixed(stage, declaration.name)
        match declaration.trigger:
            case Http(method, path, allow, api):
                key, authorization = f"{method} {path}", "NONE" if allow == PUBLIC else "CUSTOM"
                rows.append((prefixed(stage, api), key, function, authorization))
            case Socket(route):
                rows.append((prefixed(stage, "sockets"), route, function, "NONE"))
    return sorted(rows)


def test_every_declared_route_exists_with_its_authorization_and_no_other(deployed: Templates) -> None:
    assert _routes(deployed) == _declared(deployed)


def test_no_two_functions_declare_the_same_route(deployed: Templates) -> None:
    keys = [(api, key) for api, key, _, _ in _declared(deployed)]
    assert len(keys) == len(set(keys))


def test_an_api_stays_below_its_limit_of_integrations(deployed: Templates) -> None:
    integrations = deployed.of_type("AWS::ApiGatewayV2::Integration")
    apis = [deployed.target(found.stack, found.properties["ApiId"]).logical_id for found in integrations]
    assert all(apis.count(api) <= MAX_INTEGRATIONS for api in set(apis))


def test_a_closed_route_uses_the_authorizer_of_its_own_api(deployed: Templates) -> None:
    for route in deployed.of_type("AWS::ApiGatewayV2::Route"):
        if route.properties["AuthorizationType"] == "CUSTOM":
            authorizer = deployed.target(route.stack, route.properties["AuthorizerId"])
            api = deployed.target(authorizer.stack, authorizer.properties["ApiId"])
            assert api == deployed.target(route.stack, route.properties["ApiId"])


@pytest.mark.covers("R-18")
def test_an_authorization_is_kept_a_minute_at_most_and_by_the_whole_header(deployed: Templates) -> None:
    for authorizer in deployed.of_type("AWS::ApiGatewayV2::Authorizer"):
        assert authorizer.properties["AuthorizerResultTtlInSeconds"] <= 60
        assert authorizer.properties["IdentitySource"] == ["$request.header.Authorization"]
        assert authorizer.properties["EnableSimpleResponses"] is True


def test_a_function_url_is_public_and_has_both_permissions(deployed: Templates) -> None:
    urls = deployed.of_type("AWS::Lambda::Url")
    declared = [found.name for found in deployed.declarations if isinstance(found.trigger, FunctionUrl)]
    functions = [deployed.target(url.stack, url.properties["TargetFunctionArn"]) for url in urls]
    assert sorted(found.properties["FunctionName"] for found in functions) == sorted(
        prefixed(deployed.stage.name, name) for name in declared
    )
    open_to_all = {
        (deployed.target(found.stack, found.properties["FunctionName"]).logical_id, found.properties["Action"])
        for found in deployed.of_type("AWS::Lambda::Permission")
        if found.properties["Principal"] == "*"
    }
    assert open_to_all == {
        (function.logical_id, f"lambda:{action}")
        for function in functions
        for action in ("InvokeFunction", "InvokeFunctionUrl")
    }
    assert all(url.properties["AuthType"] == "NONE" for url in urls)


def test_what_becomes_of_mails_is_posted_to_its_webhook_on_aws_only(sampled: Templates, local: Templates) -> None:
    subscriptions = sampled.of_type("AWS::SNS::Subscription")
    (subscription,) = [found for found in subscriptions if found.properties["Protocol"] == "https"]
    url = sampled.target(subscription.stack, subscription.properties["Endpoint"])
    function = sampled.target(url.stack, url.properties["TargetFunctionArn"])
    assert function.properties["FunctionName"] == "prod-wellspring-wallet-receive-mail-event"
    assert not local.of_type("AWS::SNS::Subscription")
