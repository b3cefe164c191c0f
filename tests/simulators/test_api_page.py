"""The page of the API beside the outbox: whole without the network, with the addresses of the stack that runs."""

import json
from pathlib import Path

import pytest
import requests

from infra.documents.servers import SERVERS
from infra.local.simulators.twilio.api_page import DOCUMENT
from tests.providers import simulator


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    """Provide the address book of a stack that runs."""
    book = {f"{name}Api": f"http://127.0.0.1:1/{name}" for name in SERVERS}
    (tmp_path / "stack.json").write_text(json.dumps(book))
    return book


def test_the_page_shows_every_operation_at_the_stacks_own_addresses(told: dict[str, str], tmp_path: Path) -> None:
    with simulator("twilio", WELLSPRING_LOCAL_DIR=str(tmp_path)) as running:
        page = requests.get(f"{running.url}/docs", timeout=5)
        viewer = [
            requests.get(f"{running.url}/docs/viewer/{file}", timeout=5).status_code
            for file in ("swagger-ui.css", "swagger-ui-bundle.js")
        ]
        shown = requests.get(f"{running.url}/docs/openapi.json", timeout=5).json()
    assert page.status_code == 200
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert viewer == [200, 200]
    written = json.loads(DOCUMENT.read_text())
    assert shown["paths"].keys() == written["paths"].keys()
    used = {operation["servers"][0]["url"] for methods in shown["paths"].values() for operation in methods.values()}
    assert used == set(told.values())
    assert {server["url"] for server in shown["servers"]} == set(told.values())
