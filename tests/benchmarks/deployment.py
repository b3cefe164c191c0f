"""What the measured functions stand on: the emulator, tables from the declarations, the Stripe simulator."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from shared.identity import authorization
from shared.kernel import clock as kernel_clock
from shared.kernel.brands import EXAMPLE
from shared.kernel.security import keys
from shared.kernel.storage.client import aws_client
from tests import engine
from tests.benchmarks.wire import Wire
from tests.clock import FixedClock
from tests.providers import simulator

STAGE = "bench"
QUIET = {"POWERTOOLS_LOG_LEVEL": "ERROR", "PYDANTIC_DISABLE_PLUGINS": "__all__"}


@dataclass(frozen=True, slots=True)
class Deployment:
    """A stage to measure on.

    Attributes:
        wire: counts what AWS is asked.
        clock: tells the time to everything measured; it stands still until told.
    """

    wire: Wire
    clock: FixedClock


@contextmanager
def deployed() -> Iterator[Deployment]:
    """Provide a fresh stage on an emulator of its own; ``DYNAMODB_ENDPOINT`` names another DynamoDB to measure on."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        aws = stack.enter_context(engine.emulator(folder))
        stripe = stack.enter_context(simulator("stripe", STRIPE_API_KEY="sk_test_local"))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        environment = (
            engine.ACCOUNT
            | QUIET
            | {
                "AWS_ENDPOINT_URL": aws,
                "AWS_ENDPOINT_URL_DYNAMODB": os.environ.get("DYNAMODB_ENDPOINT", aws),
                "WELLSPRING_STAGE": STAGE,
                "WELLSPRING_FUNCTION": "bench",
                "WELLSPRING_BRANDS": json.dumps(EXAMPLE),
                "WELLSPRING_PUBLIC_URL": "https://api.wellspring.example",
                "WELLSPRING_SOCKET_ENDPOINT": "https://live.wellspring.example/live",
                "WELLSPRING_STRIPE_API_BASE": stripe.url,
            }
        )
        for name, value in environment.items():
            patch.setenv(name, value)
        clock = FixedClock()
        patch.setattr(kernel_clock, "_clock", clock)
        yield _fresh(clock)
        engine.forget()


def _fresh(clock: FixedClock) -> Deployment:
    engine.forget()
    keys.forget()
    authorization.forget()
    wire = Wire()
    engine.make_tables(STAGE)
    engine.make_secrets(STAGE)
    kms = aws_client("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=keys.alias(), TargetKeyId=key)
    return Deployment(wire, clock)
