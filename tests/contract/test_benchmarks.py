"""The benchmark runs: what nobody runs for weeks does not, and its figures are true no more."""

import json
import subprocess
import sys

from shared.kernel.registry import ROOT


def test_the_operations_are_counted() -> None:
    command = [sys.executable, "-m", "tests.benchmarks", "--only", "operations"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)["operations"]
    tick, balance = found["tick"], found["balance"]
    assert (tick["calls"], tick["readUnits"], tick["writeUnits"]) == (1, 0, 1)
    assert (balance["calls"], balance["readUnits"], balance["writeUnits"]) == (1, 1, 0)
    assert all(counts.get("became") in {None, "SENT", "DELIVERED", "BLOCKED"} for counts in found.values())
