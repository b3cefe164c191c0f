"""No deployment without what people and operators need: what is missing or made up is named and stops the synthesis."""

import json
import tomllib

import pytest

from infra import app, brands, stages
from infra.stages import deployed, problems, stage
from shared.kernel.brands import EXAMPLE, Product, read
from shared.kernel.registry import ROOT
from tests.infra.whole_stage import VALUES


def test_what_a_deployment_tells_is_what_its_functions_are_told():
    told = read(json.loads(deployed("prod", VALUES).settings["brands"]))
    assert told[Product.GOALS].contact == "tag@quelle.de"
    assert told[Product.STREAMS].contact == "hilfe@quelle.de"


def test_front_ends_in_development_may_call_the_local_stack():
    assert {f"http://localhost:{port}" for port in (3000, 4200, 4321, 5173, 8000, 8080)} <= {*stages.local({}).origins}


def test_a_deployment_asks_nothing():
    assert "deploy --all --require-approval never" in (ROOT / "Makefile").read_text()


def test_a_second_deployment_is_a_second_table(monkeypatch, tmp_path):
    file = tmp_path / "stages.toml"
    file.write_text(stages.FILE.read_text().replace("[prod", "[canary"))
    monkeypatch.setattr(stages, "FILE", file)
    with pytest.raises(ValueError, match="Stage canary cannot be deployed yet"):
        stage("canary", {})
    with pytest.raises(LookupError, match=r"no stage 'prod': infra/stages.toml knows canary"):
        stage("prod", {})


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"alarm_address": ""}, "alarm_address: is missing"),
        ({"alarm_address": "wache"}, "alarm_address: is no mail address"),
        ({"alarm_address": "alarms@wellspring.example"}, "alarm_address: is an example"),
        ({"mail_domain": ""}, "mail_domain: is missing"),
        ({"mail_domain": "quelle.example"}, "mail_domain: is an example"),
        ({"origins": []}, "origins: is missing"),
        ({"origins": ["https://quelle.de", "http://quelle.de"]}, "origins: is no https:// origin"),
        ({"settings": {"mail_sender": "hallo@quelle.de"}}, "settings.livekit_url: is missing"),
        ({"mail_domain": "andere.de"}, "settings.mail_sender: is not at the mail domain andere.de"),
        ({"domain": "quelle.de"}, "certificate: is missing"),
        ({"domain": "quelle.de", "certificate": "mine"}, "certificate: is no ARN of a certificate"),
        ({"alarm_adress": "wache@quelle.de"}, "alarm_adress: there is no such field"),
        ({"settings": {"livekit": ""}}, "settings.livekit: there is no such field"),
    ],
)
def test_what_a_deployment_lacks_is_named(changes, line):
    with pytest.raises(ValueError, match=r"Fill in infra/stages\.toml, \[prod\]") as refused:
        deployed("prod", VALUES | changes)
    assert f"  {line}" in str(refused.value).splitlines()


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
def test_what_its_brands_lack_is_named(changes, line):
    found = problems(VALUES | {"brands": VALUES["brands"] | changes})
    assert f"brands.{line}" in found


def test_the_examples_are_no_brands_of_a_deployment():
    assert {line.partition(":")[0] for line in brands.problems(EXAMPLE)} >= {"goals.contact", "streams.home"}


def test_the_table_that_comes_with_the_code_asks_for_everything_that_must_be_filled_in():
    (given,) = tomllib.loads(stages.FILE.read_text()).values()
    named = {line.partition(":")[0] for line in problems(given)}
    assert {"mail_domain", "origins", "alarm_address", "settings.livekit_url", "brands.goals.owner"} <= named
    assert not [line for line in problems(given) if "no such field" in line]


@pytest.mark.parametrize("name", ["prod", "nowhere"])
def test_what_cannot_be_deployed_is_not_synthesized_and_says_why(name, monkeypatch, tmp_path):
    made = app.new_app(str(tmp_path))
    made.node.set_context("stage", name)
    monkeypatch.setattr(app, "new_app", lambda: made)
    with pytest.raises(SystemExit, match=r"infra/stages\.toml"):
        app.main()
    assert not list(tmp_path.glob("*.template.json"))
