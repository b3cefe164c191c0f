"""Clients made of ``docs/openapi.json`` by generators made by others, against the deployed stack."""

import json
import shutil
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from infra.local.client import Client
from tests import clients, node
from tests.stack.conftest import Stack

pytestmark = pytest.mark.covers("X-P-13")


@pytest.fixture
def account(stack: Stack) -> dict[str, str]:
    """Provide the credentials of a demo creator."""
    found: dict[str, str] = next(one for one in stack["accounts"] if "creator" in one["roles"])
    return found


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Provide the generated Python client."""
    monkeypatch.syspath_prepend(str(clients.python_client(tmp_path)))
    yield import_module("wellspring_client")
    for name in [name for name in sys.modules if name.partition(".")[0] == "wellspring_client"]:
        del sys.modules[name]


def _operation(tag: str, name: str) -> Any:
    return import_module(f"wellspring_client.api.{tag}.{name}")


def _model(name: str) -> Any:
    return getattr(import_module("wellspring_client.models"), name)


def test_the_python_client_signs_in_creates_changes_and_reads_refusals(
    stack: Stack, account: dict[str, str], generated: ModuleType
) -> None:
    stranger = generated.Client(base_url=stack["publicApi"], raise_on_unexpected_status=True)
    credentials = _model("SignIn")(email=account["email"], password=account["password"])
    signed_in = _operation("identity", "login").sync(client=stranger, body=credentials)
    client = generated.AuthenticatedClient(
        base_url=stack["publicApi"], token=signed_in.data.access_token, raise_on_unexpected_status=True
    )
    made = _operation("live", "create_stream").sync(
        client=client, body=_model("NewStream")(title="Typed strings", category="Music")
    )
    assert made.data.title == "Typed strings"
    changed = _operation("identity", "update_profile").sync(client=client, body=_model("ProfileChange")(bio="Typed."))
    assert changed.data.bio == "Typed."
    wrong = _operation("live", "create_stream").sync(
        client=client, body=_model("NewStream")(title="", category="Music")
    )
    assert [detail.field for detail in wrong.error.details] == ["title"]
    # Without a token the gateway answers, in its own shape.
    refused = _operation("wallet", "read_balance").sync(client=stranger)
    assert (type(refused).__name__, refused.message) == ("GatewayRefusal", "Unauthorized")


def test_the_typescript_client_does_the_same(
    stack: Stack, account: dict[str, str], tmp_path: Path, creator: Client
) -> None:
    clients.typescript_client(tmp_path)
    shutil.copy(clients.HERE / "calls.ts", tmp_path)
    compiler = clients.HERE / "node_modules/typescript/bin/tsc"
    options = ["--strict", "--target", "es2022", "--module", "nodenext", "--allowImportingTsExtensions"]
    options += ["--rewriteRelativeImportExtensions", "--skipLibCheck", "--lib", "es2022,dom"]
    compiled = node.run(compiler, *options, "calls.ts", cwd=tmp_path)
    assert compiled.returncode == 0, compiled.stdout
    told = node.run(tmp_path / "calls.js", stack["publicApi"], account["email"], account["password"], cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == {
        "stream": "Typed strings",
        "bio": "Typed.",
        "wrong": "title",
        "refused": "Unauthorized",
    }
