"""The WebSocket document says what the code does."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from functions.platform.subscribe import KINDS
from infra.documents import asyncapi
from shared.kernel.declare import Socket
from shared.kernel.registry import functions

DOCUMENT = asyncapi.document()
LIVE = asyncapi.messages()


def _refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from _refs(part)


def test_every_reference_leads_somewhere():
    for ref in _refs(DOCUMENT):
        node = DOCUMENT
        for step in ref.removeprefix("#/").split("/"):
            node = node[step]
        assert node


@pytest.mark.covers("X-P-13")
@pytest.mark.parametrize("message", DOCUMENT["components"]["messages"].values(), ids=DOCUMENT["components"]["messages"])
def test_the_sample_of_a_message_is_of_its_schema(message):
    schema = jsonschema_rs.Draft202012Validator(message["payload"] | {"components": DOCUMENT["components"]})
    (sample,) = message["examples"]
    assert [error.message for error in schema.iter_errors(sample["payload"])] == []
    assert [*schema.iter_errors(sample["payload"] | {"more": 1})]


def test_types_are_told_apart():
    assert len({message.type for message in LIVE}) == len(LIVE)


def test_every_channel_that_is_published_on_can_be_joined():
    assert {message.channel for message in LIVE} <= set(KINDS)


def test_every_route_that_answers_is_documented():
    routes = {f.declaration.trigger.route for f in functions() if isinstance(f.declaration.trigger, Socket)}
    assert {route for route in routes if not route.startswith("$")} == set(asyncapi.EXCHANGES)
