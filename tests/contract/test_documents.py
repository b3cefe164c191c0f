"""What is committed is what the declarations say now."""

import json
import subprocess
import sys

import pytest

from infra.documents.files import files
from infra.documents.routes import rows
from shared.kernel.rates import RATES
from shared.kernel.registry import ROOT, functions

FILES = files()


@pytest.mark.covers("X-P-13")
@pytest.mark.parametrize("path", sorted(FILES))
def test_a_document_is_what_the_declarations_say(path: str) -> None:
    target = ROOT / path
    assert target.exists(), f"{path} is missing: make documents"
    assert target.read_bytes() == FILES[path].encode(), f"{path} is out of date: make documents"


def test_no_event_is_left_that_is_declared_no_more() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in (ROOT / "events").glob("*/*.json")}
    assert {path for path in found if not path.startswith("events/triggers/")} <= FILES.keys()


def test_routes_are_one_json_document_on_standard_output() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "infra.documents.routes"], cwd=ROOT, capture_output=True, check=True
    )
    assert json.loads(printed.stdout) == rows()
    assert printed.stderr == b""


def test_every_function_has_a_row_with_all_that_is_asked_for() -> None:
    asked = {"name", "trigger", "api", "method", "path", "allow", "touches", "stack", "errors"}
    assert [row["module"] for row in rows()] == [function.declaration.module for function in functions()]
    assert all(asked <= row.keys() for row in rows())


@pytest.mark.covers("S-P-30")
def test_the_guide_tells_how_to_sign_in_what_may_go_wrong_what_is_limited_and_what_is_signed() -> None:
    guide = (ROOT / "docs/api.md").read_text()
    headings = {line.removeprefix("## ") for line in guide.splitlines() if line.startswith("## ")}
    assert {"Signing in", "Errors", "Limits", "Webhooks that providers send us"} <= headings
    codes = {"VALIDATION_ERROR", "UNAUTHORIZED", "FORBIDDEN", "NOT_FOUND", "RATE_LIMIT_EXCEEDED", "INTERNAL_ERROR"}
    assert [code for code in codes if f"`{code}`" not in guide] == []
    for name in ("write", "read"):
        assert RATES[name].seconds == 60
        assert f"| `{name}` | {RATES[name].limit} a minute |" in guide
    for signed in ("Stripe-Signature", "Authorization: <JWT>", "X-Twilio-Signature", "SNS envelope's `Signature`"):
        assert signed in guide
