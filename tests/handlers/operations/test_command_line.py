"""Operators' commands run wherever the project is installed, and say in a line what is missing."""

import subprocess
import sys

import pytest

from infra.local.settings import ROOT

COMMANDS = (
    "grant-role --user usr_1 --role admin",
    "replay-dead-letters wallet-open-account",
    "rotate-token-key",
    "backfill addresses",
)


def _run(stage: str, command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "infra.operations", "--stage", stage, *command.split()]
    bare = {"PATH": "/nonexistent", "HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true"}
    return subprocess.run(line, cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False)


def test_no_program_but_python_is_asked_for():
    said = _run("prod", "--help")
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("command", COMMANDS)
def test_without_credentials_a_line_says_so(command):
    said = _run("prod", command, AWS_DEFAULT_REGION="eu-west-1")
    assert (said.returncode, said.stderr) == (1, "AWS did not take it: Unable to locate credentials\n")


def test_without_a_region_a_line_says_so():
    said = _run("prod", COMMANDS[0])
    assert (said.returncode, said.stderr) == (1, "AWS did not take it: You must specify a region.\n")


def test_a_stage_that_is_not_filled_in_is_named():
    said = _run("prod", "tell-mail-records", AWS_DEFAULT_REGION="eu-west-1")
    assert said.returncode == 1
    assert said.stderr.startswith("Stage prod cannot be deployed yet. Fill in infra/stages.toml, [prod]:\n")


def test_the_local_stage_is_found_without_being_told_where(tmp_path):
    """Nothing listens there: what matters is where it was looked for."""
    said = _run("local", COMMANDS[0], WELLSPRING_LOCAL_DIR=str(tmp_path), WELLSPRING_AWS_PORT="9")
    assert said.returncode == 1
    assert 'Could not connect to the endpoint URL: "http://127.0.0.1:9/' in said.stderr
