"""Command line of the local stack: ``python -m infra.local up|down|reset|logs|status|demo|clock``."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from infra.local import stack
from infra.local.clock import LocalClock, read_target
from infra.local.processes import POLL_SECONDS
from infra.local.settings import LocalSettings, LocalStackError
from infra.local.travel import travel

DEMO = "infra.local.demo"


def _say(text: str) -> None:
    print(text, flush=True)


def _up(settings: LocalSettings) -> int:
    """Start, deploy and seed the stack."""
    began = time.monotonic()
    document = stack.up(settings, _say)
    _say(f"\nup after {time.monotonic() - began:.0f} s\n")
    _describe(settings, document)
    return 0


def _down(settings: LocalSettings) -> int:
    """End the stack's processes; its state stays."""
    stack.down(settings, _say)
    return 0


def _reset(settings: LocalSettings) -> int:
    """End the stack, delete its state, start anew."""
    stack.down(settings, _say)
    stack.forget(settings)
    return _up(settings)


def _status(settings: LocalSettings) -> int:
    """Say what runs, and where."""
    for name, alive in stack.running(settings).items():
        _say(f"{name:8} {settings.url(name):28} {'runs' if alive else 'does not run'}")
    _describe(settings, stack.load(settings))
    return 0


def _demo(settings: LocalSettings, stories: Sequence[str]) -> int:
    """Play the stories of these names, or all, against the running stack."""
    stack.load(settings)
    return stack.run_module(settings, DEMO, *stories).returncode


def _logs(settings: LocalSettings) -> int:
    """Follow every process's output until interrupted."""
    places: dict[str, int] = {}
    while True:
        for path in sorted(settings.logs.glob("*.log")):
            with path.open(errors="replace") as file:
                # Begin near the end, and again at the start of a file that was written anew.
                size = path.stat().st_size
                place = places.get(path.stem, max(0, size - 4096))
                file.seek(place if place <= size else 0)
                for line in file:
                    _say(f"{path.stem:8} {line.rstrip()}")
                places[path.stem] = file.tell()
        time.sleep(POLL_SECONDS)


def _clock(settings: LocalSettings, target: str) -> int:
    """Tell the stack's time, or move it forward: +2d, +1d12h, 2026-03-01T08:00:00Z."""
    document = stack.load(settings)
    clock = LocalClock(settings.clock_file)
    if target:
        try:
            travel(document, read_target(target, clock.now()))
        except ValueError as problem:
            raise LocalStackError(str(problem)) from problem
    _say(f"{clock.now().isoformat(timespec='seconds')}, {clock.ahead()} ahead of this machine")
    return 0


def _describe(settings: LocalSettings, document: dict[str, Any]) -> None:
    for name in ("publicApi", "adminApi", "meterApi", "webSocket", "mailbox", "outbox", "docs"):
        _say(f"{name:18} {document[name]}")
    for group, label in (("functionUrls", "webhook"), ("simulators", "simulator")):
        for name, url in document[group].items():
            _say(f"{f'{label} {name}':18} {url}")
    _say(f"{'all of it':18} {settings.stack_file}\n")
    for account in document["accounts"]:
        _say(f"{account['email']:32} {account['password']:24} {', '.join(account['roles'])}")
    first = document["accounts"][0] if document["accounts"] else {"email": "…", "password": "…"}
    _say(f"""
Try first:
  make demo
  curl -s '{document["publicApi"]}/v1/payments/prices'
  curl -s '{document["publicApi"]}/v1/auth/login' -H 'content-type: application/json' \\
    -d '{{"email": "{first["email"]}", "password": "{first["password"]}"}}'""")


COMMANDS = {"up": _up, "down": _down, "reset": _reset, "logs": _logs, "status": _status}


def main() -> int:
    """Run one command; 1 when it could not do its work."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="The local stack.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in COMMANDS.items():
        commands.add_parser(name, help=run.__doc__)
    commands.add_parser("clock", help=_clock.__doc__).add_argument("target", nargs="?", default="")
    commands.add_parser("demo", help=_demo.__doc__).add_argument("stories", nargs="*")
    told = parser.parse_args()
    try:
        settings = LocalSettings.load(os.environ)
        if told.command == "clock":
            return _clock(settings, told.target)
        return _demo(settings, told.stories) if told.command == "demo" else COMMANDS[told.command](settings)
    except LocalStackError as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
