"""``docs/requirements.md`` lists exactly the rows that tests prove, and says of each what is missing."""

import json
import re
import subprocess
import sys

import pytest

from shared.kernel.registry import ROOT
from tests.requirements import DOCUMENT, LINE, Row

FORM = re.compile(r"[SX]-[APWLGBNEO]-\d{2}|[DR]-\d{2}")


@pytest.fixture(scope="module")
def proved() -> dict[str, Row]:
    """Provide each row with its state and the tests that prove it, as the command prints them."""
    command = [sys.executable, "-m", "tests.requirements"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name: Row(row["missing"], row["tests"]) for name, row in json.loads(printed.stdout).items()}


@pytest.fixture(scope="module")
def listed() -> dict[str, tuple[str, str]]:
    """Provide each listed row with what works and what is missing."""
    found = LINE.findall(DOCUMENT.read_text())
    rows = {name: (works, missing) for name, works, missing in found}
    assert len(found) == len(rows), "a row is listed twice"
    return rows


def test_every_proved_row_is_listed(proved: dict[str, Row], listed: dict[str, tuple[str, str]]) -> None:
    assert sorted(proved.keys() - listed.keys()) == []


def test_every_listed_row_is_proved(proved: dict[str, Row], listed: dict[str, tuple[str, str]]) -> None:
    assert sorted(listed.keys() - proved.keys()) == []


def test_what_is_missing_is_said_as_the_marks_say_it(
    proved: dict[str, Row], listed: dict[str, tuple[str, str]]
) -> None:
    wrong = [name for name, row in proved.items() if listed.get(name, ("", ""))[1] != row.gap()]
    assert wrong == [], "python -m tests.requirements --write"


def test_rows_have_a_known_form_and_a_line_of_their_own(
    proved: dict[str, Row], listed: dict[str, tuple[str, str]]
) -> None:
    assert [name for name in proved.keys() | listed.keys() if not FORM.fullmatch(name)] == []
    works = [line for line, _ in listed.values()]
    assert all(line.endswith(".") for line in works)
    assert len(set(works)) == len(listed)
