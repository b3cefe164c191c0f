"""Test lanes, one after the other: ``python -m infra.local.lanes [lane ...]``, all of them by default.

Every lane runs even when an earlier one failed. The last lines are pytest's own summaries, one per lane, each after the
names of the tests that failed.
"""

import argparse
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local import stack
from infra.local.processes import tail
from infra.local.settings import HOST, PORTS, ROOT, TOOL_PATH, LocalSettings, LocalStackError


@dataclass(frozen=True, slots=True)
class Lane:
    """A kind of tests.

    Attributes:
        budget: seconds that it may take on two cores; more fails it: a suite that nobody waits for proves nothing.
        spread: its tests share nothing and run on every core.
    """

    budget: int
    spread: bool = False


LANES: Mapping[str, Lane] = {
    "unit": Lane(240, spread=True),
    "handlers": Lane(1500, spread=True),
    "pages": Lane(180),
    "infra": Lane(180),
    "contract": Lane(360),
    "simulators": Lane(180),
    "reliability": Lane(720, spread=True),
    "stack": Lane(2400),
}
"""Lanes in their order: what fails soonest comes first. The budgets are two to three times what they take today."""

ENGINES = "engines"
SLOWEST = 10
"""Tests named after each lane that took longest."""
ENGINE_TOOLS = ("java", "mvn", "go")
# Below the ports that systems hand out for outgoing connections, so that a port found free stays free.
PORT_RANGE = range(20000, 30000)


@dataclass(frozen=True, slots=True)
class Result:
    """How a lane went: whether every test passed, those that did not, and pytest's last line."""

    passed: bool
    summary: str
    failures: Sequence[str] = ()


def run_pytest(lane: str, environment: Mapping[str, str] = os.environ) -> Result:
    """Run the tests of one lane, showing their output as it comes."""
    command = [sys.executable, "-m", "pytest", f"tests/{lane}", "-rfEs", "-m", "not soak"]
    command += [f"--durations={SLOWEST}", *(["-n", "auto"] if lane in LANES and LANES[lane].spread else [])]
    summary = ""
    failures: list[str] = []
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**environment, "PATH": TOOL_PATH},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            summary = line.rstrip() or summary
            failures += [summary] if line.startswith(("FAILED tests/", "ERROR tests/")) else []
    return Result(process.returncode == 0, summary, failures)


def run_stack_lane() -> Result:
    """Run the stack lane against a stack of its own: fresh, on free ports, in a folder that is gone afterwards."""
    settings = LocalSettings(Path(tempfile.mkdtemp(prefix="wellspring-")), dict(zip(PORTS, _free_ports(), strict=True)))
    try:
        stack.up(settings, _say)
        result = run_pytest("stack", settings.client_environment())
        if not result.passed:
            _say(f"the end of the local AWS's log:\n{tail(settings.logs / 'aws.log')}")
    except LocalStackError as problem:
        _say(str(problem))
        result = Result(False, "1 error: the stack did not come up")
    finally:
        stack.down(settings, _say)
    if result.passed:
        stack.forget(settings)
    else:
        _say(f"state and logs are kept in {settings.directory}")
    return result


def run_engines_lane() -> Result:
    """Run the tests against engines made by others, as far as this machine can start them."""
    missing = [tool for tool in ENGINE_TOOLS if shutil.which(tool) is None]
    if missing:
        _say(f"!!! {', '.join(missing)} not found: the tests of the engines that need them are SKIPPED !!!")
    return run_pytest(ENGINES)


RUNNERS = {"stack": run_stack_lane, ENGINES: run_engines_lane}


def run(lanes: Sequence[str]) -> bool:
    """Run lanes and print their summaries at the end. Tells whether all passed."""
    results = {}
    for number, lane in enumerate(lanes, 1):
        _say(f"\n=== lane {number} of {len(lanes)}: {lane}")
        began = time.monotonic()
        result = RUNNERS[lane]() if lane in RUNNERS else run_pytest(lane)
        took = time.monotonic() - began
        results[lane] = result if lane not in LANES else _judged(result, took, LANES[lane].budget)
        _say(f"=== {lane} {'passed' if results[lane].passed else 'FAILED'} after {took:.0f} s")
    _say("")
    for lane, result in results.items():
        verdict = f"{lane} {'passed' if result.passed else 'FAILED'}:"
        _say("\n".join([verdict, *result.failures, result.summary]))
    return all(result.passed for result in results.values())


def _judged(result: Result, took: float, budget: int) -> Result:
    """Return how a lane went, its time included."""
    told = f"{result.summary} ({took:.0f} of {budget} s)"
    over = [f"took {took:.0f} s, more than its budget of {budget} s: see its slowest tests"] if took > budget else []
    return Result(result.passed and not over, told, [*result.failures, *over])


def _free_ports() -> list[int]:
    found: list[int] = []
    for port in random.sample(PORT_RANGE, len(PORT_RANGE)):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)):
                found.append(port)
        if len(found) == len(PORTS):
            break
    return found


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """Run the lanes named on the command line; 1 when a test failed."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.lanes", description="Run test lanes.")
    parser.add_argument("lanes", nargs="*", choices=(*LANES, ENGINES, []), metavar="lane", help=", ".join(LANES))
    parser.add_argument("--engines", action="store_true", help="then the lane of engines made by others")
    told = parser.parse_args()
    return 0 if run([*(told.lanes or LANES), *([ENGINES] if told.engines else [])]) else 1


if __name__ == "__main__":
    sys.exit(main())
