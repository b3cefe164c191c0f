"""Runs engines made by others as processes of their own, on free ports."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.engine import SECRETS, free_port
from tests.engines import fetching

START_SECONDS = 60
LOOPBACK = Path(__file__).with_name("Loopback.java")


@contextmanager
def dynamodb_local(folder: Path) -> Iterator[str]:
    """Run DynamoDB Local with its store and log in a folder, and yield its base URL."""
    libraries, port = fetching.dynamodb_local(), free_port()
    command = ["java", f"-Djava.library.path={libraries}", "-cp", f"{libraries}/*"]
    command += [str(LOOPBACK), "-disableTelemetry"]
    command += ["-dbPath", str(folder), "-port", str(port)]
    with _running(command, port, folder / "dynamodb-local.log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def stripe_mock(folder: Path) -> Iterator[str]:
    """Run stripe-mock and yield its base URL."""
    program, port = fetching.stripe_mock(), free_port()
    command = [str(program), "-http-addr", f"127.0.0.1:{port}", "-https-addr", f"127.0.0.1:{free_port()}"]
    with _running(command, port, folder / "stripe-mock.log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def livekit_server(folder: Path) -> Iterator[str]:
    """Run a LiveKit server in its dev mode, with the key of ``tests.engine.SECRETS``, and yield its base URL."""
    program, port = fetching.livekit_server(), free_port()
    keys = json.loads(SECRETS["livekit"])
    settings = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "keys": {keys["api_key"]: keys["api_secret"]},
        "rtc": {
            "tcp_port": 0,
            "udp_port": free_port(),
            "node_ip": "127.0.0.1",
            "interfaces": {"includes": ["lo"]},
        },
    }
    command = [str(program), "--dev", "--config-body", json.dumps(settings)]
    with _running(command, port, folder / "livekit-server.log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=log.parent, stdout=output, stderr=output)
    try:
        _await(f"http://127.0.0.1:{port}/", process, log)
        yield
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"an engine did not start: {log.read_text()[-2000:]}")
