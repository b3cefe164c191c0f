"""Requirements of the layers: ``layers/<family>/requirements.txt``, exported from ``uv.lock``.

``python -m infra.layers`` writes them; a test fails when they and the lock disagree.
"""

import subprocess
import sys
import tomllib

from infra.assets import ROOT, UV

CORE = "core"
LAYERS = ROOT / "layers"
NOT_LAYERS = frozenset({"dev"})


def families() -> tuple[str, ...]:
    """Return the families: ``core`` are the project's own dependencies, the others its dependency groups."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return (CORE, *sorted(project["dependency-groups"].keys() - NOT_LAYERS))


def requirements(family: str) -> str:
    """Return what the lock says about a family: exact versions with their hashes.

    Raises:
        CalledProcessError: the lock does not fit ``pyproject.toml``.
    """
    chosen = ["--no-default-groups"] if family == CORE else ["--only-group", family]
    command = [*UV, "export", "--quiet", "--locked", "--no-header", "--no-annotate", "--no-emit-project", *chosen]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Write every family's requirements."""
    for family in families():
        folder = LAYERS / family
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "requirements.txt").write_text(requirements(family))
        sys.stdout.write(f"layers/{family}/requirements.txt\n")


if __name__ == "__main__":
    main()
