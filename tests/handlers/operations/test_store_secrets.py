"""Secrets of providers go from a file into the store, whole or not at all, and never through a command line."""

import argparse
import json

import pytest

from infra.operations import store_secrets
from shared.kernel.names import secret_name
from shared.kernel.storage.client import aws_client
from tests.handlers.conftest import STAGE

WHOLE = """
[stripe]
api_key = "sk_live_1"
webhook_secret = "whsec_1"
[livekit]
api_key = "key"
api_secret = "secret"
"""


@pytest.fixture
def stored(aws):
    client = aws_client("secretsmanager")
    for name in ("stripe", "livekit"):
        client.put_secret_value(SecretId=secret_name(STAGE, name), SecretString='{"generated": "x"}')
    return lambda name: json.loads(client.get_secret_value(SecretId=secret_name(STAGE, name))["SecretString"])


def _run(tmp_path, text, mode=0o600):
    file = tmp_path / "secrets.toml"
    file.write_text(text)
    file.chmod(mode)
    return store_secrets.run(argparse.Namespace(file=file))


def test_what_a_file_holds_is_stored(stored, tmp_path):
    said = _run(tmp_path, WHOLE)
    assert stored("stripe") == {"api_key": "sk_live_1", "webhook_secret": "whsec_1"}
    assert stored("livekit") == {"api_key": "key", "api_secret": "secret"}
    assert said.startswith("stored: livekit, stripe;")
    assert "sk_live_1" not in said


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (WHOLE, 0o640, "others may read"),
        (WHOLE, 0o604, "others may read"),
        ("", 0o600, "the file names none of livekit, twilio, stripe"),
        ("[stripe", 0o600, "is no TOML"),
        (WHOLE.replace('webhook_secret = "whsec_1"', ""), 0o600, "stripe.webhook_secret is missing"),
        (WHOLE.replace('"whsec_1"', '""'), 0o600, "stripe.webhook_secret is missing"),
        (WHOLE.replace("webhook_secret", "webhok_secret"), 0o600, "stripe.webhok_secret is unknown"),
        (WHOLE + '[cursors]\nvalue = "mine"\n', 0o600, "cursors is no secret that a provider issues"),
        ('stripe = "sk_live_1"', 0o600, "stripe.api_key is missing"),
    ],
)
def test_a_file_that_is_not_right_stores_nothing_and_says_why(stored, tmp_path, text, mode, said):
    with pytest.raises(LookupError, match=said) as refused:
        _run(tmp_path, text, mode)
    assert "sk_live_1" not in str(refused.value)
    assert stored("stripe") == stored("livekit") == {"generated": "x"}


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(LookupError, match=r"there is no file .*nowhere\.toml"):
        store_secrets.run(argparse.Namespace(file=tmp_path / "nowhere.toml"))
