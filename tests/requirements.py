"""Which tests prove which requirement row: ``python -m tests.requirements`` prints one JSON document.

A row is ``met`` when tests marked ``covers`` prove every clause of it, and ``partial`` as long as any test is marked
``covers_partly``, which says what is missing. With ``--write`` what is missing goes into ``docs/requirements.md``.
"""

import argparse
import contextlib
import json
import re
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

DOCUMENT = Path(__file__).parents[1] / "docs/requirements.md"
LINE = re.compile(r"^\| ([A-Z]+(?:-[A-Z]+)?-\d+) \| (.+?)(?: \*Missing:\* (.+))? \|$", re.MULTILINE)
"""A row of the document: id, what works, and what is missing where it is met in part."""


@dataclass(slots=True)
class Row:
    """A requirement row as the tests know it."""

    missing: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)

    def told(self) -> dict[str, object]:
        """Return the row as the command prints it."""
        return {"state": "partial" if self.missing else "met"} | asdict(self)

    def gap(self) -> str:
        """Return what is missing as the document says it."""
        return "; ".join(self.missing) + "." if self.missing else ""


class _Collected:
    """Notes the ``covers`` and ``covers_partly`` marks of every test that is found."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = defaultdict(Row)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            test = item.nodeid.partition("[")[0]
            for mark in item.iter_markers("covers"):
                for row in mark.args:
                    self._note(row, test)
            for mark in item.iter_markers("covers_partly"):
                self._note(mark.args[0], test, mark.kwargs["missing"].strip().rstrip("."))

    def _note(self, name: str, test: str, missing: str = "") -> None:
        row = self.rows[name]
        row.tests = sorted({*row.tests, test})
        if missing:
            row.missing = sorted({*row.missing, missing})


def collect() -> tuple[dict[str, Row], int]:
    """Return every marked row, and pytest's status: another than 0 when a test file cannot be read."""
    collected = _Collected()
    with contextlib.redirect_stdout(sys.stderr):
        status = pytest.main(["--collect-only", "-q", "--no-header", "tests"], plugins=[collected])
    return dict(sorted(collected.rows.items())), int(status)


def with_gaps(document: str, rows: dict[str, Row]) -> str:
    """Return the document with what is missing of each row as the marks say it."""

    def line(found: re.Match[str]) -> str:
        gap = rows[found[1]].gap() if found[1] in rows else ""
        return f"| {found[1]} | {found[2]}{f' *Missing:* {gap}' if gap else ''} |"

    return LINE.sub(line, document)


def main() -> int:
    """Print the rows with their state and tests."""
    parser = argparse.ArgumentParser(prog="python -m tests.requirements", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write what is missing into docs/requirements.md")
    told = parser.parse_args()
    rows, status = collect()
    if told.write:
        DOCUMENT.write_text(with_gaps(DOCUMENT.read_text(), rows))
    print(json.dumps({name: row.told() for name, row in rows.items()}, indent=2))
    return status


if __name__ == "__main__":
    sys.exit(main())
