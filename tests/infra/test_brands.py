"""No deployment without its own brands: what is missing or made up stops the synthesis, and is named."""

import json
from typing import Any

import pytest

from infra import app, brands
from shared.kernel.brands import EXAMPLE, Product, read

WHOLE: dict[str, Any] = {
    "owner": "Quelle GmbH",
    "address": "Am Brunnen 1, 80331 München",
    "contact": "hilfe@quelle.de",
    "privacy": "https://quelle.de/datenschutz",
    "terms": "https://quelle.de/agb",
    "accounts": {"name": "Quelle", "home": "https://quelle.de"},
    "goals": {"name": "Tag für Tag", "home": "https://tag.quelle.de", "contact": "tag@quelle.de"},
    "streams": {"name": "Quelle Live", "home": "https://live.quelle.de"},
}


def test_what_a_deployment_tells_is_what_its_functions_are_told():
    told = read(json.loads(brands.setting("prod", WHOLE)))
    assert told[Product.GOALS].contact == "tag@quelle.de"
    assert told[Product.STREAMS].contact == "hilfe@quelle.de"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"address": " "}, "goals.address: is missing"),
        ({"owner": ""}, "accounts.owner: is missing"),
        ({"goals": {"name": "Tag", "home": ""}}, "goals.home: is missing"),
        ({"streams": {}}, "streams.name: is missing"),
        ({"contact": "hilfe"}, "streams.contact: is no mail address"),
        ({"privacy": "quelle.de/datenschutz"}, "goals.privacy: is no address that begins with https://"),
        ({"terms": "http://quelle.de/agb"}, "goals.terms: is no address that begins with https://"),
        ({"contact": "help@wellspring.example"}, "streams.contact: is an example"),
        ({"terms": "https://www.example.com/terms"}, "goals.terms: is an example"),
    ],
)
def test_what_is_missing_or_made_up_is_named(changes, line):
    with pytest.raises(ValueError, match=r"infra/brands\.toml, \[prod\]") as refused:
        brands.setting("prod", WHOLE | changes)
    assert f"  {line}" in str(refused.value).splitlines()


def test_the_examples_are_no_brands_of_a_deployment():
    assert {line.partition(":")[0] for line in brands.problems(EXAMPLE)} >= {"goals.contact", "streams.home"}


def test_a_stage_that_is_not_local_is_not_synthesized_without_its_brands(monkeypatch, tmp_path):
    made = app.new_app(str(tmp_path))
    made.node.set_context("stage", "prod")
    monkeypatch.setattr(app, "new_app", lambda: made)
    with pytest.raises(ValueError, match="Stage prod has no whole brands"):
        app.main()
