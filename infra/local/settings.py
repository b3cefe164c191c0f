"""Where the local stack lives and listens."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
REGION = "eu-west-1"
ACCOUNT = "000000000000"

PORTS = {"aws": 4566, "stripe": 4571, "livekit": 4572, "twilio": 4573, "ses": 4574}
"""Default port of each server; ``port_variable`` names the variable that changes it."""

SIMULATORS = ("stripe", "livekit", "twilio", "ses")
"""Servers that stand in for providers, in the order in which they are started."""

# Child processes must find this environment's python, node and uv, not others that happen to be installed.
_BIN = Path(sys.executable).parent
TOOL_PATH = f"{_BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


class LocalStackError(Exception):
    """The local stack cannot do what was asked; the message says why and what to do."""


def port_variable(server: str) -> str:
    """Return the environment variable that sets a server's port, e.g. ``WELLSPRING_AWS_PORT``."""
    return f"WELLSPRING_{server.upper()}_PORT"


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """One local stack: its folder and its ports. Two stacks with other folders and ports can run side by side.

    Attributes:
        directory: holds state, logs, process files and ``stack.json``.
        ports: port by server, the keys of ``PORTS``.
    """

    directory: Path
    ports: Mapping[str, int]

    @classmethod
    def load(cls, environ: Mapping[str, str]) -> "LocalSettings":
        """Read ``WELLSPRING_LOCAL_DIR`` (default ``.local``) and the port variables.

        Raises:
            LocalStackError: a port is not a number from 1 to 65535.
        """
        ports = {server: _port(environ, server, default) for server, default in PORTS.items()}
        return cls((ROOT / environ.get("WELLSPRING_LOCAL_DIR", ".local")).resolve(), ports)

    @property
    def stack_file(self) -> Path:
        """Address book of the running stack, for any program that wants to drive it."""
        return self.directory / "stack.json"

    @property
    def logs(self) -> Path:
        """Folder of every process's output."""
        return self.directory / "logs"

    @property
    def clock_file(self) -> Path:
        """Says how far the stack's time has been moved, see ``infra.local.clock``."""
        return self.directory / "clock"

    def url(self, server: str) -> str:
        """Return a server's base URL."""
        return f"http://{HOST}:{self.ports[server]}"

    def emulator_environment(self) -> dict[str, str]:
        """Return the environment of the local AWS. Functions inherit it, so it holds nothing of the user's."""
        return {
            "PATH": f"{_BIN}{os.pathsep}{os.defpath}",
            "HOME": str(self.directory / "home"),
            "TMPDIR": str(self.directory / "tmp"),
            "AUTH": "true",
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.ports["aws"]),
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.directory / "aws"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.directory / "s3"),
            # Its MQTT and SFTP servers would listen on every address of the machine.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "WELLSPRING_CLOCK_FILE": str(self.clock_file),
            # Mail goes through a simulator that hands it on: the local AWS forgets tags and headers of a mail.
            "AWS_ENDPOINT_URL_SESV2": self.url("ses"),
        }

    def client_environment(self) -> dict[str, str]:
        """Return this process's environment, pointed at the local stack instead of any real account."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
        return kept | {
            "PATH": TOOL_PATH,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url("aws"),
            # An IP address makes SDKs use path-style bucket addresses.
            "AWS_ENDPOINT_URL_S3": self.url("aws"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "WELLSPRING_LOCAL_DIR": str(self.directory),
            "WELLSPRING_STRIPE_API_BASE": self.url("stripe"),
            "WELLSPRING_LIVEKIT_URL": self.url("livekit"),
            "WELLSPRING_TWILIO_API_BASE": self.url("twilio"),
            "WELLSPRING_SNS_CERTIFICATES": self.url("ses"),
            "WELLSPRING_CLOCK_FILE": str(self.clock_file),
            **{port_variable(server): str(port) for server, port in self.ports.items()},
        }


def _port(environ: Mapping[str, str], server: str, default: int) -> int:
    told = environ.get(port_variable(server), str(default))
    if not told.isdecimal() or not 0 < int(told) < 1 << 16:
        raise LocalStackError(f"{port_variable(server)}={told!r} is not a port from 1 to 65535")
    return int(told)
