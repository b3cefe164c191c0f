"""Which tests prove which requirement row: ``python -m tests.requirements`` prints one JSON document."""

import contextlib
import json
import sys
from collections import defaultdict

import pytest


class _Collected:
    """Notes the ``covers`` marks of every test that is found."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = defaultdict(set)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            for mark in item.iter_markers("covers"):
                for row in mark.args:
                    self.tests[row].add(item.nodeid.partition("[")[0])


def main() -> int:
    """Print the rows with their tests; another status when a test file cannot be read."""
    collected = _Collected()
    with contextlib.redirect_stdout(sys.stderr):
        status = pytest.main(["--collect-only", "-q", "--no-header", "tests"], plugins=[collected])
    print(json.dumps({row: sorted(tests) for row, tests in sorted(collected.tests.items())}, indent=2))
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
