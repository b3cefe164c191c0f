"""The long reliability tests: ``python -m tests.soak`` runs them and writes ``docs/soak.json``.

Every test is a process of its own, as many at once as there are cores, the longest first; those that are marked to run
``alone``, because they use all cores themselves, come one by one before. What a test came to is kept
under ``.local/soak`` for the commit: a run that was stopped goes on where it was, and repeats what failed. The document
says of each test on which commit it last ran.
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests import figures

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs/soak.json"
KEPT = ROOT / ".local/soak"
NOT_RUN: Mapping[str, Any] = {"outcome": "not run", "seconds": 0, "figures": {}, "commit": None}

Result = dict[str, Any]


class _Collected:
    """Notes every test of a soak, the rows it is marked with and whether it needs the machine for itself."""

    def __init__(self) -> None:
        self.rows: dict[str, list[str]] = {}
        self.alone: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            whole = [row for mark in item.iter_markers("covers") for row in mark.args]
            partly = [mark.args[0] for mark in item.iter_markers("covers_partly")]
            self.rows[item.nodeid] = sorted({*whole, *partly})
            if any(mark.kwargs.get("alone") for mark in item.iter_markers("soak")):
                self.alone.add(item.nodeid)


def collect(*narrowed: str) -> _Collected:
    """Return every test of a soak with the rows that it covers, and which of them need the machine for themselves.

    Raises:
        RuntimeError: a test file cannot be read.
    """
    collected = _Collected()
    with contextlib.redirect_stdout(sys.stderr):
        status = pytest.main(["--collect-only", "-q", "--no-header", "-m", "soak", *narrowed, "tests"], [collected])
    if status not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise RuntimeError("the tests cannot be collected")
    return collected


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def _known() -> dict[str, Any]:
    return json.loads(DOCUMENT.read_text()) if DOCUMENT.exists() else {"tests": []}


class Run:
    """A run of tests on one commit.

    Attributes:
        commit: which.
        rows: every test, with the rows it covers.
    """

    def __init__(self, commit: str, rows: Mapping[str, list[str]]) -> None:
        self.commit, self.rows = commit, rows
        self._folder = KEPT / commit
        self._folder.mkdir(parents=True, exist_ok=True)

    def result(self, test: str) -> Result | None:
        """Return what a test came to on this commit."""
        kept = self._file(test)
        return json.loads(kept.read_text()) if kept.exists() else None

    def _file(self, test: str) -> Path:
        return self._folder / f"{hashlib.sha256(test.encode()).hexdigest()[:16]}.json"

    def all(self, tests: Sequence[str], cores: int, alone: Container[str] = ()) -> None:
        """Run tests, so many at once and some alone before them, and say how each went."""
        done = 0

        def one(test: str) -> None:
            nonlocal done
            _say(f"begins {test}")
            result = self._run(test)
            done += 1
            _say(f"{done} of {len(tests)} {result['outcome']} after {result['seconds']} s: {test}")

        for test in tests:
            if test in alone:
                one(test)
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(one, [test for test in tests if test not in alone]))

    def _run(self, test: str) -> Result:
        kept = self._file(test)
        report, log = kept.with_suffix(".xml"), kept.with_suffix(".log")
        began, clock = datetime.now(UTC), time.monotonic()
        command = [sys.executable, "-m", "pytest", test, "-m", "soak", f"--junitxml={report}"]
        with log.open("w") as output:
            options = ["-o", "junit_logging=system-out", "-o", "junit_log_passing_tests=true"]
            ended = subprocess.run([*command, *options], cwd=ROOT, stdout=output, stderr=output, check=False)
        passed = ended.returncode == 0
        if not passed:
            _say(log.read_text()[-4000:])
        result = {
            "outcome": "passed" if passed else "failed",
            "seconds": round(time.monotonic() - clock, 1),
            "figures": _figures(report),
            "began": began.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        kept.write_text(json.dumps(result))
        return result

    def document(self, cores: int) -> dict[str, Any]:
        """Return what the tests came to, as it is committed: on this commit, or else on the last that they ran on."""
        here = {test: found | {"commit": self.commit} for test in self.rows if (found := self.result(test))}
        before = {line["name"]: line for line in _known()["tests"]}
        results = {test: here.get(test) or before.get(test) for test in self.rows}
        times = [(one["began"], one["ended"]) for one in here.values()]
        told = {
            "commit": self.commit,
            "began": min((began for began, _ in times), default=None),
            "ended": max((ended for _, ended in times), default=None),
            "interpreter": f"{platform.python_implementation()} {platform.python_version()}",
            "cores": cores,
        }
        return told | {"tests": [_line(test, self.rows[test], result) for test, result in sorted(results.items())]}


def _figures(report: Path) -> dict[str, Any]:
    if not report.exists():
        return {}
    texts = ET.parse(report).getroot().iter("system-out")
    return figures.told("\n".join(text.text or "" for text in texts))


def _line(test: str, rows: list[str], result: Mapping[str, Any] | None) -> dict[str, Any]:
    found = result or NOT_RUN
    return {"name": test, "rows": rows} | {name: found.get(name) for name in NOT_RUN}


def _write(document: Mapping[str, Any]) -> None:
    DOCUMENT.write_text(json.dumps(document, indent=2) + "\n")


def enter(rows: Mapping[str, list[str]]) -> None:
    """Bring the tests that the document names up to those there are; new ones were not run."""
    known = _known()
    results = {line["name"]: line for line in known["tests"]}
    lines = [_line(test, found, results.get(test)) for test, found in sorted(rows.items())]
    blank = {"commit": None, "began": None, "ended": None, "interpreter": None, "cores": None}
    _write(blank | known | {"tests": lines})


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """Run the soak; 1 when a test failed, 2 when the tree is not clean."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("-k", metavar="WORDS", default="", help="run only tests whose names match, as pytest's -k")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="tests at once")
    parser.add_argument("--list", action="store_true", help="run nothing: enter new tests in the document as not run")
    told = parser.parse_args()
    every = collect()
    if told.list:
        enter(every.rows)
        return 0
    if _git("status", "--porcelain", "--", ".", f":!{DOCUMENT.relative_to(ROOT)}"):
        _say("There are changes that are not committed: what a soak proves, it proves of a commit.")
        return 2
    run = Run(_git("rev-parse", "HEAD"), every.rows)
    wanted = (collect("-k", told.k) if told.k else every).rows
    seconds = {line["name"]: line["seconds"] for line in _known()["tests"]}
    left = [test for test in wanted if (run.result(test) or NOT_RUN)["outcome"] != "passed"]
    left.sort(key=lambda test: -(seconds.get(test) or 10**6))
    _say(f"{len(wanted) - len(left)} of {len(wanted)} passed on {run.commit[:7]} before; {told.cores} at once")
    run.all(left, told.cores, every.alone)
    document = run.document(told.cores)
    _write(document)
    failed = [line["name"] for line in document["tests"] if line["name"] in wanted and line["outcome"] != "passed"]
    _say("\n".join([*(f"FAILED {test}" for test in failed), f"{len(wanted) - len(failed)} of {len(wanted)} passed"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
