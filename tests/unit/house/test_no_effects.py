"""Importing any module of the system has no effects: no environment read, no network, no client, no file written."""

import subprocess
import sys
import textwrap

from shared.kernel.registry import ROOT
from tests.imports import sources

ENTRY = "shared.kernel.entry"
"""Lambda's entry point: the one module that is meant to have effects."""

GUARD = textwrap.dedent(
    """
    import importlib, os, sys
    from os import environ

    ROOT = os.getcwd() + os.sep
    OURS = tuple(ROOT + package for package in ("shared", "functions"))

    def _guilty():
        frame = sys._getframe(2)
        while frame and (frame.f_code.co_filename.startswith("<frozen") or frame.f_code.co_filename == os.__file__):
            frame = frame.f_back
        return frame is not None and frame.f_code.co_filename.startswith(OURS)

    class Guarded(type(environ)):
        def __getitem__(self, name):
            if _guilty():
                raise AssertionError(f"the environment was read: {name}")
            return super().__getitem__(name)

    environ.__class__ = Guarded

    def forbid(event, arguments):
        written = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        if event.startswith("socket.") or event in {"subprocess.Popen", "os.system"} or written:
            raise AssertionError(f"{event} {arguments}")

    sys.dont_write_bytecode = True
    for module in ("botocore.session", "aws_lambda_powertools.event_handler", "pydantic", "pynamodb.models"):
        importlib.import_module(module)
    import botocore.session
    botocore.session.Session.create_client = None
    sys.addaudithook(forbid)
    for module in sys.argv[1:]:
        importlib.import_module(module)
        print(module)
    """
)


def _run(program: str, *modules: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", program, *modules]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_importing_every_module_has_no_effects() -> None:
    modules = sorted(sources("shared", "functions").keys() - {ENTRY})
    run = _run(GUARD, *modules)
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.split() == modules


def test_the_guard_bites() -> None:
    assert "the environment was read" in _run(GUARD, ENTRY).stderr
    assert "socket" in _run(GUARD + "import socket; socket.create_connection(('127.0.0.1', 1))").stderr
