"""``docs/requirements.md`` lists exactly the rows that tests prove."""

import json
import re
import subprocess
import sys

import pytest

from shared.kernel.registry import ROOT

ROW = re.compile(r"^\| ([A-Z]+(?:-[A-Z]+)?-\d+) \| (.+) \|$", re.MULTILINE)
FORM = re.compile(r"[SX]-[APWLGBNEO]-\d{2}|[DR]-\d{2}")


@pytest.fixture(scope="module")
def proved() -> dict[str, list[str]]:
    """Provide each row with the tests that prove it, as the command prints them."""
    command = [sys.executable, "-m", "tests.requirements"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows: dict[str, list[str]] = json.loads(printed.stdout)
    return rows


@pytest.fixture(scope="module")
def listed() -> dict[str, str]:
    """Provide each listed row with its line."""
    found = ROW.findall((ROOT / "docs/requirements.md").read_text())
    assert len(found) == len(dict(found)), "a row is listed twice"
    return dict(found)


def test_every_proved_row_is_listed(proved: dict[str, list[str]], listed: dict[str, str]) -> None:
    assert sorted(proved.keys() - listed.keys()) == []


def test_every_listed_row_is_proved(proved: dict[str, list[str]], listed: dict[str, str]) -> None:
    assert sorted(listed.keys() - proved.keys()) == []


def test_rows_have_a_known_form_and_a_line_of_their_own(proved: dict[str, list[str]], listed: dict[str, str]) -> None:
    assert [row for row in proved.keys() | listed.keys() if not FORM.fullmatch(row)] == []
    assert all(line.endswith(".") for line in listed.values())
    assert len(set(listed.values())) == len(listed)
