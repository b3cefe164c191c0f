"""Clients that generators made by others make of ``docs/openapi.json``: what integrators get."""

import subprocess
import sys
from pathlib import Path

from shared.kernel.registry import ROOT
from tests import node

HERE = Path(__file__).parent
DOCUMENT = ROOT / "docs/openapi.json"


def python_client(target: Path) -> Path:
    """Generate the Python client into a package ``wellspring_client`` below a folder; return the folder.

    Raises:
        CalledProcessError: the generator refuses the document, or a part of it.
    """
    package = target / "wellspring_client"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(DOCUMENT)]
    options = ["--output-path", str(package), "--meta", "none", "--fail-on-warning"]
    subprocess.run([*command, *options], cwd=target, env=node.environment(), check=True, capture_output=True, text=True)
    return target


def typescript_client(target: Path) -> Path:
    """Generate the types of the TypeScript client into a folder that finds the packages it needs; return its file.

    Raises:
        CalledProcessError: the generator refuses the document.
    """
    modules = node.installed(HERE)
    (target / "node_modules").symlink_to(modules)
    (target / "package.json").write_text('{"type": "module"}\n')
    types = target / "wellspring.d.ts"
    generator = modules / "openapi-typescript/bin/cli.js"
    # What has a default need not be sent.
    options = ["--default-non-nullable", "false"]
    node.run(generator, str(DOCUMENT), "-o", str(types), *options, cwd=target).check_returncode()
    return types
