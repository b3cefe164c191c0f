"""Whatever writes over HTTP can be repeated safely (X-P-01), and overwrites nothing unseen (X-P-05)."""

import inspect

import pytest

from shared.kernel.declare import Http
from shared.kernel.registry import functions
from shared.kernel.wire import Versioned
from tests.gates import route_of

WRITING = {"POST", "PUT", "PATCH", "DELETE"}

KEYLESS = {
    "POST /v1/auth/register": "the body holds a password, of which not even a hash is kept; the address is the key",
    "POST /v1/auth/signup": "it is /v1/auth/register by its other name",
    "POST /v1/auth/login": "the body holds a password, the answer tokens; each sign-in is one of its own",
    "POST /v1/auth/refresh": "the answer holds tokens; the refresh token is the key, its last use can be repeated",
    "POST /v1/auth/verify": "a form in a browser, with a password; the link is the key, and confirms once",
    "POST /v1/auth/confirmations": "the body holds a password; the link is the key, and confirms once",
    "POST /v1/auth/password-resets": "the mail's id derives from the key, and it is made once",
    "POST /v1/auth/password-reset": "a form in a browser, with a password; the link is the key, and good for one",
    "POST /v1/auth/passwords": "the body holds a password; the link is the key, and good for one",
    "POST /v1/realtime/tickets": "the answer holds a ticket, which ends by itself within a minute",
    "POST /v1/streams/{stream_id}/token": "the answer holds a token for a room; the viewing session is the key",
    "POST /v1/meter": "viewing session and interval are the key, and keep the answer for ever",
    "POST /v1/uploads": "nothing happens; the upload's id derives from the key, its address is signed anew",
    "POST /v1/admin/prices/preview": "nothing happens",
    "POST /v1/admin/users/search": "nothing happens; the address stands in the body, not in the path",
    "POST /v1/admin/templates/preview": "nothing happens",
    "POST /v1/partner/{token}": "a form in a browser; the link is the key, and good for one answer",
    "POST /v1/unsubscribe/{token}": "posted by mail clients; the link is the key, and ends the same thing again",
}
"""Endpoints that take no ``Idempotency-Key``, and why a repetition does no harm all the same."""


@pytest.mark.covers("X-P-01")
def test_every_endpoint_with_an_effect_takes_an_idempotency_key_or_says_why_not() -> None:
    routes = [function for function in functions() if isinstance(function.declaration.trigger, Http)]
    writing = [function for function in routes if function.declaration.trigger.method in WRITING]
    without = {route_of(function) for function in writing if not function.declaration.trigger.idempotent}
    assert without == set(KEYLESS)


VERSIONLESS = {
    "PATCH /v1/notifications/{notification_id}/read": "it can only become read; nothing is overwritten",
}
"""Endpoints that change something in whatever version it is, and why nobody's change is lost by it."""


@pytest.mark.covers("X-P-05")
def test_every_endpoint_that_changes_a_thing_honours_if_match_or_says_why_not() -> None:
    routes = [function for function in functions() if isinstance(function.declaration.trigger, Http)]
    changing = [function for function in routes if function.declaration.trigger.method in {"PUT", "PATCH"}]
    without = {route_of(function) for function in changing if not function.declaration.trigger.versioned}
    assert without == set(VERSIONLESS)


@pytest.mark.covers("X-P-05")
def test_what_is_changed_is_shown_with_its_version() -> None:
    for function in functions():
        if isinstance(function.declaration.trigger, Http) and function.declaration.trigger.versioned:
            shown = inspect.signature(function.handler, eval_str=True).return_annotation
            view = (getattr(shown, "__args__", None) or (shown,))[0]
            assert issubclass(view, Versioned), route_of(function)
