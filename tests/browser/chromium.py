"""The browser's program: a pinned Chromium from the package registry, or another that ``WELLSPRING_BROWSER`` names."""

import os
import platform
import subprocess
import sys
from pathlib import Path

from infra.local.settings import ROOT, TOOL_PATH
from tests import node

HERE = Path(__file__).parent
UNPACKED = ROOT / ".local" / "browser"
VARIABLE = "WELLSPRING_BROWSER"


class NoBrowser(Exception):
    """There is no browser here; the message says what to do."""


def executable() -> str:
    """Return the path of a Chromium, installed and unpacked when that is not done yet.

    Raises:
        NoBrowser: the registry's is for Linux on x86-64 only, and no other is named.
    """
    if named := os.environ.get(VARIABLE):
        return named
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoBrowser(f"tests of pages need a Chromium: name one by {VARIABLE}=/path/to/chromium")
    environment = os.environ | {"PATH": TOOL_PATH, "TMPDIR": str(UNPACKED)}
    UNPACKED.mkdir(parents=True, exist_ok=True)
    node.installed(HERE)
    found = subprocess.run(
        ["node", "unpack.js"], cwd=HERE, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return found.stdout.strip()
