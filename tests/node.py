"""Programs from the npm registry that tests run, each folder with its own lock file."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from infra.local.settings import TOOL_PATH


def installed(folder: Path) -> Path:
    """Install what a folder's lock file says, if that is not done yet, and return where it is.

    Whoever comes second waits: ``npm ci`` begins by deleting what the first one writes.
    """
    modules = folder / "node_modules"
    lock = folder / "package-lock.json"
    done = modules / ".package-lock.json"
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]
            subprocess.run(command, cwd=folder, env=environment(), check=True, stdout=sys.stderr)
    return modules


def environment() -> dict[str, str]:
    """Return this process's environment with the project's own node in front."""
    return os.environ | {"PATH": TOOL_PATH}


def run(script: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of node; its output is kept, whatever its status."""
    command = ["node", str(script), *arguments]
    return subprocess.run(command, cwd=cwd, env=environment(), check=False, capture_output=True, text=True)
