"""R-17: every endpoint, fifteen kinds of callers, five kinds of objects."""

from typing import Any

import pytest

from shared.identity import rules
from shared.kernel.caller import Principal
from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Put, commit
from shared.live import categories
from shared.messaging.notifications import keeping
from tests import deliveries, escalations, gates, goals
from tests.calls import call
from tests.clock import START
from tests.handlers.authorization_rows import EVERYBODY, ROWS, Row
from tests.handlers.live.conftest import put_stream, watch

OWNER = "usr_owner"
EVERYTHING = {"viewer", "creator", "moderator", "guide", "admin"}
DATA = ("accountability", "identity", "live", "messaging", "payments", "wallet")

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
    categories.ensure()
    put_stream(creator_id=OWNER)
    commit(Put(deliveries.payment(at=START, user_id=OWNER)))
    keeping.keep(keeping.Entry(OWNER, "msg_1", "balance", "Title", "Text"), now=START)
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


@pytest.mark.covers_partly("R-17", missing="rows without an owner have no cells")
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
