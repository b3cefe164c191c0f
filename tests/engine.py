"""What tests need of the AWS they run on: the environment, tables from the declarations, a fresh emulator."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from infra.tables import tables
from shared.kernel import due, relay, secrets
from shared.kernel.domains import Provided, declared_secrets
from shared.kernel.names import secret_name, table_name
from shared.kernel.realtime import sending
from shared.kernel.security import keys
from shared.kernel.storage import client
from shared.kernel.storage.table import Table
from tests import environment

REGION = "eu-central-1"
ACCOUNT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_METRICS_DISABLED": "true",
}
SECRETS = {
    name: json.dumps({key: local.value for key, local in secret.fields.items()})
    if isinstance(secret, Provided)
    else f"a key of tests: {name}"
    for name, secret in declared_secrets().items()
}
START_SECONDS = 30


def forget() -> None:
    """Drop every client, setting and secret that this process keeps, so that the next use reads the environment."""
    for kept in (
        client.dynamodb,
        client.aws_session,
        due._queue,
        relay._bus,
        sending._sockets,
    ):
        kept.cache_clear()
    environment.read_anew()
    secrets._kept.clear()


def table_request(stage: str, table: Table) -> dict[str, Any]:
    """Return the CreateTable request of a declared table."""
    types = {"pk": "S", "sk": "S"}
    indexes = []
    for index in table.indexes:
        types |= {index.hash_key: "S", index.range_key: "N" if index.numeric else "S"}
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.include)}
        indexes.append(
            {
                "IndexName": index.name,
                "KeySchema": _keys(index.hash_key, index.range_key),
                "Projection": projection if index.include else {"ProjectionType": "KEYS_ONLY"},
            }
        )
    request = {
        "TableName": table_name(stage, table.domain),
        "KeySchema": _keys("pk", "sk"),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
        "BillingMode": "PAY_PER_REQUEST",
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    }
    return request | ({"GlobalSecondaryIndexes": indexes} if indexes else {})


def _keys(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [{"AttributeName": hash_key, "KeyType": "HASH"}, {"AttributeName": range_key, "KeyType": "RANGE"}]


def make_token_key() -> str:
    """Make the key that signs access tokens and return its id."""
    kms = client.aws_client("kms")
    key_id: str = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=keys.alias(), TargetKeyId=key_id)
    return key_id


def make_tables(stage: str) -> list[str]:
    """Make every declared table of a stage and return their names."""
    return [
        client.dynamodb().create_table(**table_request(stage, table))["TableDescription"]["TableName"]
        for table in tables()
    ]


@contextmanager
def stage_tables(stage: str) -> Iterator[None]:
    """Make every declared table of a stage, and delete them afterwards."""
    made = make_tables(stage)
    yield
    for table in made:
        client.dynamodb().delete_table(TableName=table)


def make_secrets(stage: str) -> None:
    """Make every secret of a stage."""
    vault = client.aws_client("secretsmanager")
    for name, text in SECRETS.items():
        vault.create_secret(Name=secret_name(stage, name), SecretString=text)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """Run the AWS emulator on a free port with its files in a folder, and yield its base URL.

    Raises:
        RuntimeError: it did not answer in time; the message holds the end of its log.
    """
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= ACCOUNT | {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "LOG_LEVEL": "ERROR",
    }
    environment |= {"TMPDIR": str(folder), "MINISTACK_REGION": REGION}
    log = folder / "emulator.log"
    executable = shutil.which("ministack", path=str(Path(sys.executable).parent))
    with log.open("wb") as output:
        process = subprocess.Popen([str(executable)], env=environment, cwd=folder, stdout=output, stderr=output)
    try:
        _await(f"http://127.0.0.1:{port}/_ministack/health", process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the emulator did not start: {log.read_text()[-2000:]}")
