"""What follows from a declaration."""

from typing import Any

import pytest

from shared.kernel import declare
from shared.kernel.caller import operation_of
from shared.kernel.declare import Function, Http
from shared.kernel.due import SHARDS, due_shard
from shared.kernel.names import bus_name, due_queue, key_alias, queue_name, secret_name, table_name
from shared.kernel.registry import functions, load
from shared.kernel.shells import prepare
from tests.samples.keep_note import keep_note
from tests.samples.list_notes import list_notes
from tests.triggers import http_event, principal


def test_name_and_stack_come_from_the_file() -> None:
    assert keep_note.declaration.module == "tests.samples.keep_note"
    assert keep_note.declaration.name == "samples-keep-note"
    assert keep_note.declaration.domain == "samples"
    assert keep_note.summary == "Keep a note."


def test_options_go_where_they_belong() -> None:
    route = keep_note.declaration.trigger
    assert isinstance(route, Http)
    assert (route.method, route.path, route.status) == ("POST", "/v1/folders/{folder}/notes", 201)
    assert (route.api, route.allow, route.unconfirmed, route.idempotent) == ("public", "notes:write", False, True)
    assert keep_note.declaration.timeout == 10
    assert isinstance(keep_note.declaration.errors, tuple)


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="unexpected"):
        declare.get("/v1/x", allow="public", colour="red")(lambda: None)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (declare.webhook("stripe"), declare.FunctionUrl),
        (declare.authorizer(), declare.Authorizer),
        (declare.socket("subscribe"), declare.Socket),
        (declare.schedule("rate(1 minute)"), declare.Schedule),
        (declare.on_event(), declare.OnEvent),
        (declare.on_stream("live", filters=[{}]), declare.OnStream),
        (declare.on_due("viewing"), declare.OnDue),
        (declare.patch("/v1/x", allow="public"), Http),
        (declare.delete("/v1/x", allow="public"), Http),
    ],
)
def test_every_trigger_has_its_shell(made: Any, kind: type) -> None:
    function = made(lambda record: record)
    assert isinstance(function.declaration.trigger, kind)
    assert callable(prepare(function))


def test_a_function_is_prepared_once() -> None:
    function = Function(list_notes.declaration, list_notes.handler)
    assert prepare(function) is prepare(function)


def test_a_file_declares_exactly_one_function() -> None:
    assert load("tests.samples.keep_note") is keep_note
    with pytest.raises(LookupError, match="declares 0"):
        load("tests.samples.notes")


def test_no_two_functions_share_a_name_or_a_route() -> None:
    found = [function.declaration for function in functions()]
    routes = [(one.trigger.api, one.trigger.method, one.trigger.path) for one in found if isinstance(one.trigger, Http)]
    assert len({one.name for one in found}) == len(found)
    assert len(set(routes)) == len(routes)


def test_lambda_and_iam_take_the_names() -> None:
    assert max(len(f"production-wellspring-{function.declaration.name}") for function in functions()) <= 64


def test_names_of_resources_come_from_the_stage() -> None:
    assert table_name("prod", "wallet") == "prod-wellspring-wallet"
    assert bus_name("prod") == "prod-wellspring-events"
    assert queue_name("prod", due_queue("viewing")) == "prod-wellspring-due-viewing"
    assert key_alias("prod", "tokens") == "alias/prod-wellspring-tokens"
    assert secret_name("prod", "stripe") == "prod/wellspring/stripe"


@pytest.mark.covers("X-P-01")
def test_an_operation_is_named_by_caller_route_and_key() -> None:
    def name(user: str, key: str | None, request: str = "r", function: Any = keep_note) -> str:
        event = http_event(function, path={"folder": "f"}, key=key, request_id=request)
        return operation_of(event, principal(user))

    assert name("a", "k", "r1") == name("a", "k", "r2")
    others = {name("a", "k"), name("b", "k"), name("a", "l"), name("a", "k", function=list_notes)}
    assert len(others) == 4
    assert name("a", None, "r1") != name("a", None, "r2")


def test_due_items_spread_over_the_shards() -> None:
    found = [due_shard("viewing", f"SESSION#{number}") for number in range(8_000)]
    assert set(found) == {f"viewing#{shard}" for shard in range(SHARDS)}
    assert max(found.count(shard) for shard in set(found)) < 1_300
