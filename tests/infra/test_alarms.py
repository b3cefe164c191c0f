"""Whoever is woken by an alarm finds what to do: every alarm has a section of the runbook, every section an alarm."""

import re

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


def test_every_alarm_reaches_a_person(deployed: Templates) -> None:
    (subscription,) = [
        found for found in deployed.of_type("AWS::SNS::Subscription") if found.properties["Protocol"] == "email"
    ]
    assert subscription.properties["Endpoint"] == deployed.stage.alarm_address
    topic = deployed.target(subscription.stack, subscription.properties["TopicArn"])
    for alarm in deployed.of_type("AWS::CloudWatch::Alarm"):
        (action,) = alarm.properties["AlarmActions"]
        assert deployed.target(alarm.stack, action) == topic
