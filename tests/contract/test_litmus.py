"""The engine under test is judged before anything that stands on it (R-01)."""

import os
import subprocess
import sys

import pytest

from shared.kernel.registry import ROOT

LITMUS = "tests/reliability/test_engine_litmus.py::"
RUN = [sys.executable, "-m", "pytest", "tests/reliability/test_case_races.py", LITMUS.removesuffix("::")]
"""The engine's tests, and others that would come before them."""


def _pytest(*options: str, **environment: str) -> tuple[int, list[str]]:
    ended = subprocess.run(
        [*RUN, *options], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout.splitlines()


@pytest.mark.covers("R-01")
def test_the_engine_is_judged_first() -> None:
    _, lines = _pytest("--collect-only", "--no-header")
    order = [line.startswith(LITMUS) for line in lines if "::" in line]
    judged = order.count(True)
    assert judged >= 10
    assert len(order) > judged
    assert order == [True] * judged + [False] * (len(order) - judged)


@pytest.mark.covers("R-01")
def test_where_the_engine_fails_nothing_else_is_judged() -> None:
    """Nobody listens where the engine should be."""
    status, lines = _pytest("-rE", DYNAMODB_ENDPOINT="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="1")
    failed = [line for line in lines if line.startswith("ERROR tests/")]
    assert status != 0
    assert [line.startswith(f"ERROR {LITMUS}") for line in failed] == [True]
    assert any("does not keep its promises" in line for line in lines)
