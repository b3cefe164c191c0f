"""Engines made by others, fetched once into ``.local/engines`` and kept there."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from shared.kernel.registry import ROOT

CACHE = ROOT / ".local" / "engines"

DYNAMODB_LOCAL = "3.1.0"
"""Newest version of ``software.amazon.dynamodb:DynamoDBLocal`` whose dependencies are all published."""

LIVEKIT_SERVER = "v1.11.0"
STRIPE_MOCK = "v0.203.0"

WITHIN_SECONDS = 480
"""What one step of fetching may take: building the LiveKit server takes two minutes of CPU."""

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>wellspring</groupId><artifactId>engines</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId><version>{version}</version>
  </dependency></dependencies>
</project>
"""


class NotHere(Exception):
    """The machine lacks what an engine needs."""


def _need(*tools: str) -> None:
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise NotHere(f"{' and '.join(missing)} not found")


def _run(*command: str, folder: Path | None = None, **variables: str) -> str:
    """Run a tool to its end and return what it printed.

    Raises:
        NotHere: it failed, or took too long.
    """
    try:
        told = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=True,
            timeout=WITHIN_SECONDS,
        )
    except subprocess.CalledProcessError as failed:
        raise NotHere(f"{' '.join(command[:3])} failed: {(failed.stdout + failed.stderr)[-600:]}") from None
    except subprocess.TimeoutExpired:
        raise NotHere(f"{' '.join(command[:3])} took more than {WITHIN_SECONDS} s") from None
    return told.stdout


def dynamodb_local() -> Path:
    """Return the folder of DynamoDB Local's libraries, fetched from Maven Central.

    Raises:
        NotHere: no Java or Maven, or it cannot be fetched.
    """
    _need("java")
    folder = CACHE / f"dynamodb-{DYNAMODB_LOCAL}"
    if not folder.exists():
        _need("mvn")
        with tempfile.TemporaryDirectory() as work:
            pom, libraries = Path(work, "pom.xml"), Path(work, "libraries")
            pom.write_text(_POM.format(version=DYNAMODB_LOCAL))
            _run("mvn", "-B", "-q", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={libraries}")
            _keep(libraries, folder)
    return folder


def stripe_mock() -> Path:
    """Return stripe-mock, built by Go.

    Raises:
        NotHere: no Go, or it cannot be fetched.
    """
    program = CACHE / f"stripe-mock-{STRIPE_MOCK}"
    if not program.exists():
        _need("go")
        with tempfile.TemporaryDirectory() as work:
            _run("go", "install", f"github.com/stripe/stripe-mock@{STRIPE_MOCK}", GOBIN=work)
            _keep(Path(work, "stripe-mock"), program)
    return program


def livekit_server() -> Path:
    """Return livekit-server, built by Go from its own module: it replaces some of its dependencies.

    Raises:
        NotHere: no Go, or it cannot be fetched.
    """
    program = CACHE / f"livekit-server-{LIVEKIT_SERVER}"
    if not program.exists():
        _need("go")
        module = f"github.com/livekit/livekit-server@{LIVEKIT_SERVER}"
        source = json.loads(_run("go", "mod", "download", "-json", module))["Dir"]
        with tempfile.TemporaryDirectory() as work:
            built = Path(work, "livekit-server")
            _run("go", "build", "-mod=readonly", "-o", str(built), "./cmd/server", folder=Path(source))
            _keep(built, program)
    return program


def _keep(made: Path, place: Path) -> None:
    """Move what was made to its place in one step, so that what is there is whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}-{os.getpid()}")
    shutil.move(made, beside)
    beside.rename(place)
