"""Journal, metering and ``transact()`` on DynamoDB Local: what holds on the emulator holds on AWS's own engine."""

import os
import subprocess
import sys

import pytest

from shared.kernel.registry import ROOT

SUITES = (
    "test_transact",
    "test_engine_litmus",
    "test_idempotency_key",
    "test_live_sequence",
    "test_stream_races",
    "test_bank_soak",
    "test_metering_soak",
)
"""Modules of ``tests/reliability``; their long runs stay out, as everywhere."""


@pytest.mark.parametrize("suite", SUITES)
def test_what_holds_on_the_emulator_holds_on_dynamodb_local(suite: str, dynamodb_local: str) -> None:
    command = [sys.executable, "-m", "pytest", f"tests/reliability/{suite}.py", "-q", "-rf", "-m", "not soak"]
    told = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"DYNAMODB_ENDPOINT": dynamodb_local},
        capture_output=True,
        text=True,
        check=False,
    )
    print(told.stdout[-6000:])
    assert told.returncode == 0, told.stdout[-6000:] + told.stderr[-2000:]
