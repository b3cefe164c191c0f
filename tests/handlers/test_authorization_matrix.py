"""R-17: every endpoint, fifteen kinds of callers, five kinds of objects."""

from typing import Any

import pytest

from infra.documents.openapi import document
from infra.tables import tables
from shared.identity import rules
from shared.kernel import rates
from shared.kernel.caller import Principal
from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Put, commit
from shared.live import categories
from shared.messaging.notifications import inbox
from tests import deliveries, engine, escalations, gates, goals
from tests.authorization import EVERYBODY, Row, rows
from tests.calls import call
from tests.clock import START
from tests.handlers.live.conftest import put_stream, watch

OWNER = "usr_owner"
EVERYTHING = {"viewer", "creator", "moderator", "guide", "admin"}
DATA = [table.domain for table in tables() if table.domain != "platform"]
ROWS = rows()

SIGNED_IN = {
    "viewer": ({"viewer"}, True),
    "viewer, unconfirmed": ({"viewer"}, False),
    "creator": ({"viewer", "creator"}, True),
    "creator, unconfirmed": ({"viewer", "creator"}, False),
    "moderator": ({"viewer", "moderator"}, True),
    "admin": ({"viewer", "admin"}, True),
    "admin, unconfirmed": ({"viewer", "admin"}, False),
    "all roles": (EVERYTHING, True),
    "no role": (set(), True),
    "a tenant's creator": ({"viewer", "creator@ten_1"}, True),
    "a tenant's moderator": ({"viewer", "moderator@ten_1"}, True),
    "a tenant's admin": ({"viewer", "admin@ten_1"}, True),
}
REFUSED = {
    "nobody": ({}, 401),
    "a bad token": ({"refused": "invalid"}, 401),
    "suspended": ({"refused": "suspended"}, 403),
}

ENDPOINTS = {gates.route_of(function): function for function in gates.endpoints()}


def _principal(name: str) -> Principal:
    grants, verified = SIGNED_IN[name]
    return Principal(f"usr_{list(SIGNED_IN).index(name)}", "ses_1", rules.permissions(grants), verified)


def _context(principal: Principal) -> dict[str, Any]:
    return {
        "userId": principal.user_id,
        "sessionId": principal.session_id,
        "permissions": " ".join(sorted(principal.permissions)),
        "verified": str(principal.verified).lower(),
    }


def _expected(row: Row, name: str) -> int:
    if row.who == EVERYBODY:
        return gates.REACHED
    if name in REFUSED:
        return REFUSED[name][1]
    grants, verified = SIGNED_IN[name]
    return gates.REACHED if grants & row.who and (verified or row.unconfirmed) else 403


def test_every_endpoint_has_a_row_and_every_row_an_endpoint():
    assert set(ROWS) == set(ENDPOINTS)


@pytest.mark.covers("R-17", "S-P-07", "S-P-24", "S-P-35")
@pytest.mark.parametrize("route", sorted(ROWS))
def test_exactly_the_callers_of_the_row_get_in(route):
    function, row = ENDPOINTS[route], ROWS[route]
    contexts = {name: _context(_principal(name)) for name in SIGNED_IN} | {name: REFUSED[name][0] for name in REFUSED}
    assert len(contexts) == 15
    found = {name: gates.gate(function, context) for name, context in contexts.items()}
    assert found == {name: _expected(row, name) for name in contexts}


@pytest.fixture
def viewing():
    """Provide what the owner has: goal, partner, live stream, viewing session, payment. Returns the session's id."""
    goals.put_goal(OWNER)
    escalations.put_partner("ptn_1", OWNER)
    categories.ensure(START)
    put_stream(creator_id=OWNER)
    commit(Put(deliveries.payment(at=START, user_id=OWNER)))
    inbox.keep(inbox.Entry(OWNER, "msg_1", "balance", "Title", "Text"), now=START)
    return watch(user_id=OWNER)


def _stored() -> list[Any]:
    pages = [dynamodb().scan(TableName=settings().table(domain))["Items"] for domain in DATA]
    return sorted(str(item) for items in pages for item in items)


def _with(values: dict[str, Any] | None, viewing: str) -> dict[str, Any]:
    return {name: viewing if value == "<viewing>" else value for name, value in (values or {}).items()}


def _others(path: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the other kinds of objects: absent, of another kind, with a key's separators, out of form."""
    last = list(path)[-1]
    changed = {"absent": "xyz_0", "another kind": "usr_owner" if last != "user_id" else "str_1"}
    changed |= {"separators": f"{path[last]}#META", "out of form": "../" + "é" * 80}
    return {kind: path | {last: value} for kind, value in changed.items()}


def _admitted(row: Row) -> list[str]:
    return [name for name in SIGNED_IN if row.who == EVERYBODY or _expected(row, name) == gates.REACHED]


@pytest.mark.covers("R-17")
@pytest.mark.parametrize("route", sorted(route for route, row in ROWS.items() if row.owned is not None))
def test_someone_elses_object_is_not_found_and_not_changed(route, viewing):
    function, row = ENDPOINTS[route], ROWS[route]
    before = _stored()
    path, body = _with(row.owned, viewing), _with(row.body, viewing) if row.body is not None else None
    for number, name in enumerate(_admitted(row)):
        if SIGNED_IN[name][0] & row.beyond:
            continue
        answer = call(function, path=path, body=body, caller=_principal(name), request_id=f"r{number}")
        assert (name, answer.status, answer.code) == (name, 404, "NOT_FOUND")
        assert OWNER not in answer.text
    assert _stored() == before


@pytest.mark.covers("R-17")
@pytest.mark.parametrize("route", sorted(route for route, row in ROWS.items() if row.owned or row.named))
def test_what_does_not_exist_is_not_found_and_not_made(route, viewing):
    function, row = ENDPOINTS[route], ROWS[route]
    before = _stored()
    body = _with(row.body, viewing) if row.body is not None else None
    for kind, path in _others(_with(row.owned or row.named, viewing)).items():
        for number, name in enumerate(_admitted(row)):
            answer = call(function, path=path, body=body, caller=_principal(name), request_id=f"{kind}{number}")
            assert (kind, name, answer.status) in {(kind, name, 404), (kind, name, 400)}, answer.text
    assert _stored() == before


@pytest.mark.parametrize("route", sorted(r for r, row in ROWS.items() if r.startswith("GET") and row.owned))
def test_the_owner_finds_the_object(route, viewing):
    function, row = ENDPOINTS[route], ROWS[route]
    owner = Principal(OWNER, "ses_1", rules.permissions(EVERYTHING), True)
    assert call(function, path=_with(row.owned, viewing), caller=owner).status == 200


DESCRIBED = {
    described["operationId"]: described for methods in document()["paths"].values() for described in methods.values()
}
OFFICERS = {"admin", "guide"}
SECRETS = (OWNER, "pay_1", "Steep mountain", "Grace of the owner", "A title of the owner", "+12125550187")
"""What of the owner nobody else may see."""

MENTIONED = {
    "nothing": None,
    "someone else's": "gol_1",
    "absent": "gol_0",
    "another kind": "ptn_1",
    "separators": "gol_1#META",
    "out of form": "../" + "é" * 80,
}
JUDGES = {"POST /v1/auth/login", "POST /v1/auth/refresh"}
"""Whoever may call these is refused for what is in the body, with the status of a caller who is refused."""

NAMES = {"goalId", "goals", "photo", "video", "voice"}
"""Where a body or a query may name something that has an owner."""


def _naming(sent: Any, value: str) -> Any:
    """Return what is sent with every name in it replaced."""
    if isinstance(sent, list):
        return [_naming(one, value) for one in sent]
    if not isinstance(sent, dict):
        return sent
    return {
        name: ([value] if isinstance(one, list) else value) if name in NAMES else _naming(one, value)
        for name, one in sent.items()
    }


def _requests(function: Any) -> dict[str, tuple[dict[str, Any] | None, dict[str, str]]]:
    """Return what an endpoint is sent, by what it names: the example of the document, so that it would be fine."""
    described = DESCRIBED[function.handler.__name__]
    content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
    body = content.get("example")
    query = {
        one["name"]: _FINE.get(one["name"], "") for one in described.get("parameters", []) if one.get("in") == "query"
    }
    query = {name: value for name, value in query.items() if value}
    found = {"nothing": (body, {name: value for name, value in query.items() if name not in NAMES})}
    for kind, value in MENTIONED.items():
        named = _naming(body, value), _naming(query, value)
        if value and named != (body, query):
            found[kind] = named
    return found


_FINE = {"goalId": "gol_2", "userId": OWNER, "recipientId": OWNER, "at": "2026-03-01T00:00:00Z", "session_id": "cs_1"}


@pytest.fixture
def world(viewing: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Provide what the owner has, in words of their own, and no limits. Returns the viewing session's id."""
    engine.make_token_key()
    monkeypatch.setattr(rates, "RATES", {name: rates.Rate(10**9, rate.seconds) for name, rate in rates.RATES.items()})
    commit(Put(goals.goal(goals.member(OWNER), title="Steep mountain")))
    escalations.put_partner("ptn_1", OWNER, name="Grace of the owner", phone="+12125550187")
    inbox.keep(inbox.Entry(OWNER, "msg_2", "balance", "A title of the owner", "Text"), now=START)
    return viewing


@pytest.mark.covers("R-17")
@pytest.mark.parametrize("route", sorted(route for route, row in ROWS.items() if row.owned is None))
def test_where_nothing_is_named_nobody_meets_what_is_someone_elses(route: str, world: str) -> None:
    """Fifteen callers of each row without an owner: the document's own request, and one that names the owner's things.

    Whoever does not get in changes nothing; whoever does is not refused at the door, sees nothing of the owner and
    leaves what is the owner's as it was. Officers may see and decide about everybody's.
    """
    function, row = ENDPOINTS[route], ROWS[route]
    before = _stored()
    principals = sorted([*SIGNED_IN, *REFUSED], key=lambda name: _expected(row, name) == gates.REACHED)
    for number, name in enumerate(principals):
        caller = {"caller": _principal(name)} if name in SIGNED_IN else {"caller": None, **REFUSED[name][0]}
        expected = _expected(row, name)
        for kind, (body, query) in _requests(function).items():
            path = _with(row.named, world) or dict.fromkeys(gates.parameters(function), "xyz_0")
            cell = {"request_id": f"{kind}{number}", "address": f"203.0.{number}.7"}
            answer = call(function, path=path, body=body, query=query, **caller, **cell)
            told = (name, kind, answer.status, answer.text)
            denied = answer.status in {401, 403} and route not in JUDGES
            assert answer.status == expected or (expected == gates.REACHED and not denied), told
            assert answer.status < 500 or answer.code == "UNAVAILABLE", told
            officer = name in SIGNED_IN and row.who != EVERYBODY and row.who <= OFFICERS
            if not (officer or row.everybodys):
                assert [secret for secret in SECRETS if secret in answer.text] == [], told
        if expected != gates.REACHED:
            assert _stored() == before, name
        elif row.who == EVERYBODY or not row.who <= OFFICERS:
            assert set(before) <= set(_stored()), name
