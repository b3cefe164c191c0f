"""Errors of pages are pages for whoever comes with a browser, and the one error shape for programs."""

from typing import Any

import pytest

from shared.kernel.declare import Http
from shared.kernel.registry import functions
from tests.calls import Call
from tests.languages import english

BROWSER = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
PAGES = [
    function.declaration
    for function in functions()
    if isinstance(function.declaration.trigger, Http) and "text/html" in function.declaration.trigger.raw
]


@pytest.mark.parametrize("declaration", PAGES, ids=lambda declaration: declaration.name)
def test_whatever_shows_a_page_knows_the_brands_and_can_render(declaration: Any) -> None:
    assert "brands" in declaration.settings
    assert "text" in declaration.layers


def test_a_value_that_is_refused_is_told_on_a_page_with_the_brand_and_a_way_on(call: Call) -> None:
    answer = call("payments.show_checkout_result", query={}, headers=BROWSER)
    assert (answer.status, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    for part in ("<h1>This cannot be done</h1>", "Wellspring Live", "name this number: req-1", "Go to Wellspring Live"):
        assert part in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert call("payments.show_checkout_result", query={}).code == "VALIDATION_ERROR"


def test_a_refusal_speaks_the_language_that_the_browser_asks_for(call: Call) -> None:
    spanish = BROWSER | {"accept-language": "es"}
    refused = call("payments.show_checkout_result", query={}, headers=spanish).text
    assert "<h1>Esto no se puede hacer</h1>" in refused
    assert english(refused) == []


def test_too_many_requests_are_told_on_a_page_and_when_to_come_again(call: Call) -> None:
    for _ in range(700):
        answer = call("messaging.show_unsubscribe", path={"token": "x"}, headers=BROWSER)
        if answer.status == 429:
            break
    assert "<h1>Please wait a moment</h1>" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_a_failure_of_ours_says_so_and_nothing_else(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("shared.messaging.recipients.unsubscribe.read", fails)
    answer = call("messaging.show_unsubscribe", path={"token": "x"}, headers=BROWSER)
    assert (answer.status, "<h1>This did not work</h1>" in answer.text) == (500, True)
    assert "secret of the house" not in answer.text
