"""What is uploaded: a domain's code, and layers of third-party code by family."""

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

UV = (sys.executable, "-m", "uv")
ROOT = Path(__file__).resolve().parents[1]
TARGET_PYTHON = "3.13"
PLATFORM = "aarch64-manylinux_2_28"
"""Lambda's Python 3.13 runs on Amazon Linux 2023 (glibc 2.34); some wheels ask for more than manylinux2014."""

LOCAL_PARTS = tuple(
    Path("infra") / part for part in ("__init__.py", "local/__init__.py", "local/clock.py", "local/entry.py")
)

IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


def target_interpreter() -> str | None:
    """Return an interpreter of the version that functions run on, if this machine has one."""
    found = subprocess.run(
        [*UV, "python", "find", TARGET_PYTHON, "--no-python-downloads", "--no-project"],
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() if found.returncode == 0 else None


def compile_bytecode(folder: Path, interpreter: str) -> None:
    """Compile a folder for functions, whose file system is read-only: else every cold start compiles again.

    The bytecode does not look at its source's time, so the same source gives the same bytes.
    """
    command = [interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", "."]
    subprocess.run(command, cwd=folder, check=True)


def bundle(domains: Iterable[str], target: Path, interpreter: str | None, *, local: bool = False) -> Path:
    """Gather the code of a stack: the functions of its domains and ``shared``; for the local stage its clock too."""
    shutil.rmtree(target, ignore_errors=True)
    for part in LOCAL_PARTS if local else ():
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / part, target / part)
    for part in (Path("shared"), *(Path("functions") / domain for domain in domains)):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, target / part, ignore=IGNORED)
    if interpreter:
        compile_bytecode(target, interpreter)
    return target


def build_layers(into: Path, interpreter: str | None) -> dict[str, Path]:
    """Install every family for the target platform, without Docker, and return the folders by family.

    Raises:
        CalledProcessError: a package has no wheel for the target.
    """
    return {
        requirements.parent.name: _build_layer(requirements, into / requirements.parent.name, interpreter)
        for requirements in sorted((ROOT / "layers").glob("*/requirements.txt"))
    }


def _build_layer(requirements: Path, target: Path, interpreter: str | None) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    command = [*UV, "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    command += ["--python-platform", PLATFORM, "--python-version", TARGET_PYTHON]
    subprocess.run([*command, "--target", str(target / "python"), "-r", str(requirements)], check=True)
    shutil.rmtree(target / "python" / "bin", ignore_errors=True)
    if interpreter:
        compile_bytecode(target, interpreter)
    return target
