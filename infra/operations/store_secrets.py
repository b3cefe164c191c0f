"""Store the secrets that providers issue, from a file: what is typed on a command line stays in the shell's history."""

import argparse
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from shared.kernel.config import settings
from shared.kernel.domains import Provided, declared_secrets
from shared.kernel.names import secret_name
from shared.kernel.storage.client import aws_client

OTHERS = 0o077
"""What a file's permissions say of everybody but its owner."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "store-secrets", help="store the secrets that providers issued, from a TOML file that only you can read"
    )
    parser.add_argument("file", type=Path, help='e.g. with the lines [stripe], api_key = "…", webhook_secret = "…"')
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> str:
    """Store what the file holds and say which secrets those are; nothing is stored where anything is wrong.

    Raises:
        LookupError: others may read the file, or it does not hold whole secrets that a domain declares.
    """
    file: Path = arguments.file
    if not file.is_file():
        raise LookupError(f"there is no file {file}")
    if file.stat().st_mode & OTHERS:
        raise LookupError(f"others may read {file}: chmod 600 it first, and delete it afterwards")
    try:
        given = tomllib.loads(file.read_text())
    except tomllib.TOMLDecodeError as wrong:
        raise LookupError(f"{file} is no TOML: {wrong}") from None
    if problems := list(_problems(given)):
        raise LookupError(f"nothing was stored: {'; '.join(problems)}")
    for name, values in given.items():
        aws_client("secretsmanager").put_secret_value(
            SecretId=secret_name(settings().stage, name), SecretString=json.dumps(values)
        )
    return f"stored: {', '.join(sorted(given))}; in use within five minutes. Delete {file} now"


def _problems(given: Mapping[str, object]) -> list[str]:
    provided = {name: spec for name, spec in declared_secrets().items() if isinstance(spec, Provided)}
    if not given:
        return [f"the file names none of {', '.join(provided)}"]
    return [problem for name, values in given.items() for problem in _wrong(name, values, provided.get(name))]


def _wrong(name: str, values: object, spec: Provided | None) -> list[str]:
    if spec is None:
        return [f"{name} is no secret that a provider issues"]
    filled = (
        {key for key, value in values.items() if isinstance(value, str) and value}
        if isinstance(values, dict)
        else set()
    )
    missing = [f"{name}.{key} is missing" for key in spec.fields if key not in filled]
    return missing + [f"{name}.{key} is unknown" for key in sorted(filled - spec.fields.keys())]
