"""Whoever is woken by an alarm finds what to do: every alarm has a section of the runbook, every section an alarm."""

import re

import pytest

from infra.platform import RUNBOOK
from shared.kernel.registry import ROOT
from tests.infra.templates import Templates


def _named(templates: Templates) -> set[str]:
    alarms = templates.of_type("AWS::CloudWatch::Alarm")
    assert alarms
    links = [
        re.search(rf"Runbook: {re.escape(RUNBOOK)}#(\w+)$", found.properties["AlarmDescription"]) for found in alarms
    ]
    assert all(links), [found.properties["AlarmName"] for found, link in zip(alarms, links, strict=True) if not link]
    return {link[1] for link in links if link}


def test_every_alarm_names_a_section_of_the_runbook_and_every_section_is_of_an_alarm(real: Templates) -> None:
    sections = re.findall(r"^## (\w+)$", (ROOT / RUNBOOK).read_text(), re.MULTILINE)
    assert _named(real) == {section.lower() for section in sections}


@pytest.mark.covers("X-O-05")
def test_what_is_promised_is_watched(real: Templates) -> None:
    """Messages and steps within a minute, no credits locked, books that add up, webhooks and news that do not wait."""
    names = [found.properties["AlarmName"] for found in real.of_type("AWS::CloudWatch::Alarm")]
    for promise in (
        "send-message-LateMessages",
        "run-step-LateSteps",
        "expire-hold-HoldsExpired",
        "check-invariants-AccountsDrifted",
        "process-stripe-event-old",
        "record-tick-errors",
    ):
        assert [name for name in names if name.endswith(promise)], promise


def test_every_alarm_reaches_a_person(deployed: Templates) -> None:
    (subscription,) = [
        found for found in deployed.of_type("AWS::SNS::Subscription") if found.properties["Protocol"] == "email"
    ]
    assert subscription.properties["Endpoint"] == deployed.stage.alarm_address
    topic = deployed.target(subscription.stack, subscription.properties["TopicArn"])
    for alarm in deployed.of_type("AWS::CloudWatch::Alarm"):
        (action,) = alarm.properties["AlarmActions"]
        assert deployed.target(alarm.stack, action) == topic
