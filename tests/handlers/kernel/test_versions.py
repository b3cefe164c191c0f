"""``If-Match`` as clients meet it, on things of every domain (X-P-05)."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.kernel.caller import Principal
from shared.kernel.declare import Function
from shared.kernel.shells.http import HttpShell
from shared.kernel.wire import Raw
from tests import gates, team
from tests.calls import CONTEXT, Answer, Call
from tests.handlers.accountability.goals.conftest import USER, log, new_goal, ok
from tests.handlers.live.conftest import CREATOR, put_stream
from tests.triggers import http_event, principal

pytestmark = pytest.mark.covers("X-P-05")

VERSIONED = [function for function in gates.endpoints() if function.declaration.trigger.versioned]
ADMIN = principal("usr_admin", "messaging:manage", "payments:manage-prices")

Change = Callable[[dict[str, str] | None], Answer]


def _of_admins(function: Function[Any, Any]) -> bool:
    return function.declaration.trigger.api == "admin"


@pytest.mark.parametrize("function", [one for one in VERSIONED if _of_admins(one)], ids=gates.route_of)
def test_the_admin_api_demands_to_know_what_was_seen(aws: None, function: Function[Any, Any]) -> None:
    shell = HttpShell(Function(function.declaration, lambda: Raw("", media_type="text/plain")))
    path = dict.fromkeys(gates.parameters(function), "x")
    event = http_event(function, path=path, caller=principal("usr_admin", function.declaration.trigger.allow))
    event["headers"].pop("if-match", None)
    event["headers"].pop("if-none-match", None)
    answer = shell(event, CONTEXT)
    assert answer["statusCode"] == 428
    assert "PRECONDITION_REQUIRED" in answer["body"]


def _goal(call: Call) -> Change:
    path = {"goal_id": new_goal()["id"]}
    return _changing(call, "accountability.change_goal", {"title": "Swim"}, USER, path=path)


def _log(call: Call) -> Change:
    goal_id = new_goal()["id"]
    path = {"goal_id": goal_id, "date": ok(log(goal_id), 201).data["date"]}
    return _changing(call, "accountability.edit_log", {"notes": "Far"}, USER, path=path)


def _settings(call: Call) -> Change:
    return _changing(call, "accountability.change_profile", {"grace": 30}, USER)


def _preferences(call: Call) -> Change:
    return _changing(call, "messaging.change_preferences", {"locale": "en"}, principal("usr_a", "messaging:use"))


def _budget(call: Call) -> Change:
    return _changing(call, "messaging.set_budget", {"scope": "country:US", "unitsPerDay": 5}, ADMIN)


def _sender(call: Call) -> Change:
    return _changing(call, "messaging.register_sender", {"sender": "MG" + "0" * 32, "status": "PENDING"}, ADMIN)


def _changing(call: Call, name: str, body: dict[str, Any], caller: Principal, **request: Any) -> Change:
    return lambda headers: call(name, body=body, caller=caller, headers=headers, **request)


def _stream(call: Call) -> Change:
    put_stream()
    return _changing(call, "live.change_stream", {"title": "Dusk"}, CREATOR, path={"stream_id": "str_1"})


def _partner(call: Call) -> Change:
    path = {"partner_id": team.added(user=USER)}
    return _changing(call, "accountability.change_partner", {"note": "Thank you"}, USER, path=path)


def _price(call: Call) -> Change:
    new = {"productCode": "credits-100", "credits": "100", "amount": 999, "currency": "USD"}
    path = {"price_id": ok(call("payments.create_price", body=new, caller=ADMIN), 201).data["id"]}
    first = iter(range(1000, 2000))

    def change(headers: dict[str, str] | None) -> Answer:
        seen = headers or {"if-match": "*"}
        return call("payments.change_price", body={"amount": next(first)}, caller=ADMIN, headers=seen, path=path)

    return change


THINGS = {"goal": _goal, "log": _log, "settings": _settings, "preferences": _preferences}
THINGS |= {"stream": _stream, "partner": _partner, "price": _price}
NEW = {"budget": _budget, "sender": _sender}


def test_everything_that_has_versions_is_tried() -> None:
    elsewhere = {"update_profile"}  # tests/handlers/identity/test_profiles.py
    changed = {"change_goal", "edit_log", "change_profile", "change_preferences", "change_stream", "change_partner"}
    tried = changed | {"change_price", "set_budget", "register_sender"} | elsewhere
    assert {function.handler.__name__ for function in VERSIONED} == tried


@pytest.mark.parametrize("thing", THINGS)
def test_a_change_is_made_in_the_version_seen_and_in_no_other(call: Call, aws: None, thing: str) -> None:
    change = THINGS[thing](call)
    _holds_to(change, ok(change(None)).headers["ETag"])


@pytest.mark.parametrize("thing", NEW)
def test_what_is_new_is_made_once_and_then_changed_as_seen(call: Call, aws: None, thing: str) -> None:
    change = NEW[thing](call)
    assert change({"if-match": '"1"'}).status == 412
    tag = ok(change({"if-none-match": "*"})).headers["ETag"]
    assert tag == '"1"'
    again = change({"if-none-match": "*"})
    assert (again.status, again.headers["ETag"]) == (412, tag)
    _holds_to(change, tag)


def _holds_to(change: Change, tag: str) -> None:
    fresh = ok(change({"if-match": tag})).headers["ETag"]
    assert fresh != tag
    stale = change({"if-match": tag})
    assert (stale.status, stale.code, stale.headers["ETag"]) == (412, "PRECONDITION_FAILED", fresh)
    for other in ("W/" + fresh, fresh.strip('"'), "x", f"{tag}, {fresh}"):
        assert change({"if-match": other}).status == 412
    assert ok(change({"if-match": "*"})).headers["ETag"] != fresh


def test_a_tag_of_no_length_that_we_give_out_is_refused_by_its_name(call: Call, aws: None) -> None:
    change = _goal(call)
    assert change({"if-match": "x" * 64}).status == 412
    refused = change({"if-match": "x" * 65})
    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (400, "If-Match")
    beside = change({"if-match": '"1"', "if-none-match": "x" * 65})
    assert (beside.status, beside.json["error"]["details"][0]["field"]) == (400, "If-None-Match")
