"""Background processes of the local stack: started once, found again, ended exactly.

A process holds a lock on its own file for as long as it lives. So a file left behind by a crash or a restart of the
machine is known to be stale, and a process number that meanwhile belongs to somebody else is never signalled.
"""

import fcntl
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.settings import HOST, ROOT, LocalSettings, LocalStackError, port_variable

START_SECONDS = 30.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Server:
    """A background process that listens on its port.

    Attributes:
        name: key of its port in the settings; also the name of its log.
        command: what to run.
        health: path that answers once it is ready, with any status below 500.
        environment: its whole environment.
    """

    name: str
    command: Sequence[str]
    health: str
    environment: Mapping[str, str]

    def start(self, settings: LocalSettings) -> bool:
        """Start unless running, and wait until it answers. Tells whether it was started now.

        Raises:
            LocalStackError: the port is taken, or it ended or did not answer in time.
        """
        if is_running(settings, self.name):
            return False
        require_free(settings, self.name)
        settings.logs.mkdir(parents=True, exist_ok=True)
        with (settings.logs / f"{self.name}.log").open("ab") as log, _file(settings, self.name).open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(held.fileno(),),
            )
            held.write(str(process.pid))
        self._await(settings, process)
        return True

    def _await(self, settings: LocalSettings, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(settings.url(self.name) + self.health):
            if process.poll() is not None:
                raise LocalStackError(f"{self.name} ended at once:\n{tail(settings.logs / f'{self.name}.log')}")
            if time.monotonic() > deadline:
                stop(settings, self.name)
                raise LocalStackError(f"{self.name} did not answer within {START_SECONDS:.0f} s, see `make logs`")
            time.sleep(POLL_SECONDS)


def is_running(settings: LocalSettings, name: str) -> bool:
    """Tell whether the process that this folder's file names is alive."""
    path = _file(settings, name)
    if not path.exists():
        return False
    with path.open() as file:
        try:
            # Shared, so that two of these questions at the same time do not answer each other.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def stop(settings: LocalSettings, name: str) -> bool:
    """End a process and wait for its end; it may first save what it holds. Tells whether it was running."""
    if not is_running(settings, name):
        return False
    pid = int(_file(settings, name).read_text())
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while is_running(settings, name):
        if time.monotonic() > deadline:
            os.killpg(pid, signal.SIGKILL)
            deadline += STOP_SECONDS
        time.sleep(POLL_SECONDS)
    _file(settings, name).unlink()
    return True


def tail(path: Path, lines: int = 30) -> str:
    """Return the last lines of a text file."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _file(settings: LocalSettings, name: str) -> Path:
    folder = settings.directory / "processes"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def require_free(settings: LocalSettings, name: str) -> None:
    """Check that a server's port can be listened on.

    Raises:
        LocalStackError: it cannot.
    """
    port = settings.ports[name]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as taken:
            message = f"port {port} for {name} is taken by another program: set {port_variable(name)} to a free one"
            raise LocalStackError(message) from taken


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except urllib.error.HTTPError as answer:
        return answer.code < 500
    except OSError:
        return False
