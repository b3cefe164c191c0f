"""Start-up of hot functions against a bare botocore client: fresh interpreters, turn by turn, medians."""

import json
import os
import statistics
import subprocess
import sys
from typing import Any

from shared.kernel.registry import ROOT
from tests import engine

RUNS = 11
VENDORS = ("aiohttp", "argon2", "boto3", "coinbase", "cryptography", "jwt", "livekit", "openai", "stripe", "twilio")

HOT = (
    "live.record_tick",
    "wallet.read_balance",
    "wallet.list_entries",
    "live.list_streams",
    "live.join_stream",
    "identity.authorize",
)

_BARE = "import botocore.session; botocore.session.get_session().create_client('dynamodb')"
_OURS = "import shared.kernel.entry"
_PROBE = """
import sys, time
wall, cpu = time.perf_counter(), time.process_time()
{body}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
import json
print(json.dumps([wall * 1000, cpu * 1000, sorted({{name.partition(".")[0] for name in sys.modules}})]))
"""


def _environment(module: str) -> dict[str, str]:
    return engine.ACCOUNT | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "WELLSPRING_STAGE": "bench",
        "WELLSPRING_FUNCTION": module.replace(".", "-"),
        "WELLSPRING_FUNCTION_MODULE": f"functions.{module}",
    }


def _run(body: str, module: str) -> tuple[float, float, list[str]]:
    command = [sys.executable, "-c", _PROBE.format(body=body)]
    output = subprocess.run(command, env=_environment(module), cwd=ROOT, capture_output=True, text=True, check=True)
    wall, cpu, modules = json.loads(output.stdout)
    return wall, cpu, modules


def measure() -> dict[str, Any]:
    """Return milliseconds of init, wall and CPU, of each hot function and of a bare client, and their ratios."""
    rounds = []
    for _ in range(RUNS + 1):
        bare = _run(_BARE, "bare")
        rounds.append((bare, {module: _run(_OURS, module) for module in HOT}))
    rounds = rounds[1:]  # the first compiles what was not compiled
    bare_wall, bare_cpu = (statistics.median(bare[number] for bare, _ in rounds) for number in (0, 1))
    return {
        "runs": RUNS,
        "bareClient": {"milliseconds": round(bare_wall), "cpuMilliseconds": round(bare_cpu)},
        "functions": {module: _compared(module, rounds) for module in HOT},
    }


def _compared(module: str, rounds: list[Any]) -> dict[str, Any]:
    wall, cpu = (statistics.median(ours[module][number] for _, ours in rounds) for number in (0, 1))
    ratio, cpu_ratio = (
        statistics.median(ours[module][number] / bare[number] for bare, ours in rounds) for number in (0, 1)
    )
    return {
        "milliseconds": round(wall),
        "ratio": round(ratio, 2),
        "cpuMilliseconds": round(cpu),
        "cpuRatio": round(cpu_ratio, 2),
        "vendorModules": [name for name in rounds[0][1][module][2] if name in VENDORS],
    }
