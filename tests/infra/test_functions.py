import pytest

from infra.app import home
from infra.functions import function_name
from shared.kernel.config import setting_names
from shared.kernel.declare import Declaration, OnDue
from shared.kernel.domains import declared_secrets
from shared.kernel.due import DELIVER
from tests.infra.templates import Resource, Templates

BASE = {
    "WELLSPRING_STAGE",
    "WELLSPRING_FUNCTION",
    "WELLSPRING_FUNCTION_MODULE",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
    "PYDANTIC_DISABLE_PLUGINS",
}


def _variables(function: Resource) -> dict[str, object]:
    return function.properties["Environment"]["Variables"]


def _pairs(deployed: Templates) -> list[tuple[Declaration, Resource]]:
    functions = {found.properties["FunctionName"]: found for found in deployed.of_type("AWS::Lambda::Function")}
    return [(found, functions[function_name(deployed.stage.name, found)]) for found in deployed.declarations]


def test_every_declaration_has_exactly_its_function(deployed: Templates) -> None:
    modules = [_variables(found)["WELLSPRING_FUNCTION_MODULE"] for found in deployed.of_type("AWS::Lambda::Function")]
    assert sorted(modules) == sorted(declaration.module for declaration in deployed.declarations)


@pytest.mark.covers("R-25")
def test_a_function_is_what_its_declaration_says(deployed: Templates) -> None:
    for declaration, function in _pairs(deployed):
        found = function.properties
        assert found["Handler"] == "shared.kernel.entry.handler"
        assert found["Runtime"] == "python3.13"
        assert found["Architectures"] == ["arm64"]
        assert (found["Timeout"], found["MemorySize"]) == (declaration.timeout, declaration.memory)
        assert found["TracingConfig"] == {"Mode": "Active"}
        assert _variables(function)["WELLSPRING_FUNCTION"] == declaration.name
        assert function.stack == f"{deployed.stage.name}-wellspring-{home(declaration)}"


def test_a_function_is_told_the_settings_it_declares_and_no_others(deployed: Templates) -> None:
    addresses = {"public_url", "socket_endpoint", "socket_url", "media_bucket", "mail_events", "mail_topic"}
    given = {*addresses, *deployed.stage.settings}
    for declaration, function in _pairs(deployed):
        told = {f"WELLSPRING_{name.upper()}" for name in declaration.settings if name in given}
        told |= {f"WELLSPRING_CALLBACK_{provider.upper()}" for provider in declaration.callbacks}
        assert _variables(function).keys() == BASE | told, declaration.name


def test_a_function_that_tells_a_provider_where_to_post_is_told_the_url_of_that_webhook(sampled: Templates) -> None:
    functions = {declaration.name: function for declaration, function in _pairs(sampled)}
    variable = _variables(functions["wallet-call-customer"])["WELLSPRING_CALLBACK_STRIPE"]
    url = sampled.target("prod-wellspring-wallet-workers", variable)
    assert sampled.target(url.stack, url.properties["TargetFunctionArn"]) == functions["wallet-receive-stripe"]


@pytest.mark.covers("R-25")
def test_a_function_logs_to_its_own_group_for_a_limited_time(deployed: Templates) -> None:
    for _, function in _pairs(deployed):
        group = deployed.target(function.stack, function.properties["LoggingConfig"]["LogGroup"])
        assert group.properties["LogGroupName"] == f"/aws/lambda/{function.properties['FunctionName']}"
        assert group.properties["RetentionInDays"] > 0


@pytest.mark.covers("R-25")
def test_every_function_is_watched_for_errors_and_for_nearing_its_timeout(deployed: Templates) -> None:
    watched = {
        (deployed.target(alarm.stack, dimension["Value"]).logical_id, alarm.properties["MetricName"])
        for alarm in deployed.of_type("AWS::CloudWatch::Alarm")
        for dimension in alarm.properties.get("Dimensions", [])
        if dimension["Name"] == "FunctionName"
    }
    for declaration, function in _pairs(deployed):
        assert {(function.logical_id, "Errors"), (function.logical_id, "Duration")} <= watched, declaration.name


def test_every_metric_that_a_function_declares_an_alarm_for_has_one(deployed: Templates) -> None:
    watched = {
        (alarm.properties["MetricName"], dimension["Value"])
        for alarm in deployed.of_type("AWS::CloudWatch::Alarm")
        for dimension in alarm.properties.get("Dimensions", [])
        if dimension["Name"] == "service"
    }
    assert watched == {(name, declaration.name) for declaration, _ in _pairs(deployed) for name in declaration.alarms}


def test_every_alarm_reaches_somebody(deployed: Templates) -> None:
    for alarm in deployed.of_type("AWS::CloudWatch::Alarm"):
        (action,) = alarm.properties["AlarmActions"]
        assert deployed.target(alarm.stack, action).type == "AWS::SNS::Topic"


def test_one_alarm_tells_that_functions_are_throttled(deployed: Templates) -> None:
    (alarm,) = [
        found for found in deployed.of_type("AWS::CloudWatch::Alarm") if found.properties["MetricName"] == "Throttles"
    ]
    assert not alarm.properties.get("Dimensions")


def test_names_fit_and_settings_and_secrets_are_known(deployed: Templates) -> None:
    for declaration in deployed.declarations:
        assert len(function_name("staging", declaration)) <= 64
        assert set(declaration.settings) <= setting_names(), declaration.name
        assert set(declaration.secrets) <= declared_secrets().keys(), declaration.name


def test_a_function_has_the_layers_it_declares_and_none_locally(deployed: Templates, local: Templates) -> None:
    for declaration, function in _pairs(deployed):
        layers = [deployed.target(function.stack, layer) for layer in function.properties["Layers"]]
        assert [layer.properties["Description"] for layer in layers] == [
            f"Third-party code: {family}" for family in ("core", *declaration.layers)
        ]
        assert {layer.stack for layer in layers} <= {function.stack}
    assert not local.of_type("AWS::Lambda::LayerVersion")


def test_only_workers_that_set_the_next_deadline_may_call_themselves_for_long(deployed: Templates) -> None:
    allowed = {function.properties.get("RecursiveLoop") for found, function in _pairs(deployed) if _reschedules(found)}
    others = {
        function.properties.get("RecursiveLoop") for found, function in _pairs(deployed) if not _reschedules(found)
    }
    assert (allowed, others) == ({"Allow"}, {None})


def _reschedules(declaration: Declaration) -> bool:
    return isinstance(declaration.trigger, OnDue) and DELIVER in declaration.touches
