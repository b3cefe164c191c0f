"""Bringing the whole local stack up and down."""

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import requests

from infra.local import address_book
from infra.local.deploy import deploy
from infra.local.processes import Server, is_running, require_free, stop
from infra.local.settings import ROOT, SIMULATORS, LocalSettings, LocalStackError

SEED = "infra.local.seed"

Say = Callable[[str], None]


def up(settings: LocalSettings, say: Say) -> dict[str, Any]:
    """Start what does not run, deploy what has changed, seed what is missing, and return the address book.

    Raises:
        LocalStackError: a port is taken, or the deploy or the seeding failed.
    """
    for name, alive in running(settings).items():
        if not alive:
            require_free(settings, name)
    for folder in ("home", "tmp", "logs"):
        (settings.directory / folder).mkdir(parents=True, exist_ok=True)
    say("1/4 local AWS")
    _start_emulator(settings, say)
    say("2/4 synthesize and deploy")
    outputs = deploy(settings)
    say("3/4 simulators")
    document = address_book.compose(settings, outputs, accounts=())
    address_book.write(settings, document)
    for name in SIMULATORS:
        _start_simulator(settings, say, name, document["functionUrls"].get(name, ""))
    say("4/4 seed")
    document["accounts"] = _seed(settings)
    address_book.write(settings, document)
    return document


def down(settings: LocalSettings, say: Say) -> None:
    """End exactly the processes that ``up`` started. What the local AWS holds is saved and is there again next time."""
    for name in (*SIMULATORS, "aws"):
        say(f"    {name} {'stopped' if stop(settings, name) else 'was not running'}")


def forget(settings: LocalSettings) -> None:
    """Delete everything that the stack has stored."""
    if settings.directory.exists():
        shutil.rmtree(settings.directory)


def running(settings: LocalSettings) -> dict[str, bool]:
    """Tell which processes run."""
    return {name: is_running(settings, name) for name in settings.ports}


def load(settings: LocalSettings) -> dict[str, Any]:
    """Return the address book of the running stack.

    Raises:
        LocalStackError: the stack does not run.
    """
    if not all(running(settings).values()) or not settings.stack_file.exists():
        raise LocalStackError("the local stack does not run: start it with `make up`")
    document: dict[str, Any] = json.loads(settings.stack_file.read_text())
    return document


def run_module(
    settings: LocalSettings, module: str, *arguments: str, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run one of the project's modules against this stack."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, env=settings.client_environment(), text=True, check=False, **options)


def _start_emulator(settings: LocalSettings, say: Say) -> None:
    if not is_running(settings, "aws"):
        # Working copies of functions that an earlier process left behind.
        shutil.rmtree(settings.directory / "tmp")
        (settings.directory / "tmp").mkdir()
        _begin_streams_anew(settings)
    command = [sys.executable, "-m", "ministack"]
    server = Server("aws", command, "/_ministack/ready", settings.emulator_environment())
    _tell(say, "aws", server.start(settings))


def _begin_streams_anew(settings: LocalSettings) -> None:
    """Delete the saved positions in table streams: the records are not saved, so as many new ones would be skipped."""
    saved = settings.directory / "aws" / "lambda.json"
    if saved.exists():
        state = json.loads(saved.read_text())
        state["payload"].pop("dynamodb_stream_positions", None)
        saved.write_text(json.dumps(state))


def _start_simulator(settings: LocalSettings, say: Say, name: str, webhook: str) -> None:
    command = [sys.executable, "-m", f"infra.local.simulators.{name}", "--port", str(settings.ports[name])]
    command += ["--webhook-url", webhook] if webhook else []
    started = Server(name, command, "/_sim/state", settings.client_environment()).start(settings)
    _tell(say, name, started)
    if webhook and not started:
        # The function may be newer than the simulator.
        requests.post(
            f"{settings.url(name)}/_sim/webhook-endpoints", json={"url": webhook}, timeout=5
        ).raise_for_status()


def _seed(settings: LocalSettings) -> list[dict[str, Any]]:
    """Run the seeding: it prints the demo accounts as one JSON list."""
    if importlib.util.find_spec(SEED) is None:
        raise LocalStackError(f"there is no {SEED}: nothing was seeded")
    done = run_module(settings, SEED, stdout=subprocess.PIPE)
    if done.returncode:
        raise LocalStackError("the seeding failed, see above")
    accounts: list[dict[str, Any]] = json.loads(done.stdout)
    return accounts


def _tell(say: Say, name: str, started: bool) -> None:
    say(f"    {name} {'started' if started else 'already runs'}")
