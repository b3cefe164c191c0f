"""Handlers run through their declarations, against moto: every table of the declarations, a clock that stands still.

Money, tokens and races are not judged here: moto loses updates under threads (see ``tests/reliability``).
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from shared.kernel import clock as kernel_clock
from shared.kernel.realtime import publishing
from tests import calls, engine, queues
from tests.clock import FixedClock

STAGE = "test"
SETTINGS = {
    "WELLSPRING_STAGE": STAGE,
    "WELLSPRING_FUNCTION": "test",
    "WELLSPRING_PUBLIC_URL": "https://api.wellspring.example",
    "WELLSPRING_SOCKET_ENDPOINT": "https://live.wellspring.example/live",
    "WELLSPRING_SOCKET_URL": "wss://live.wellspring.example",
    "WELLSPRING_LIVEKIT_URL": "http://127.0.0.1:1",
    "WELLSPRING_STRIPE_API_BASE": "http://127.0.0.1:1",
    "WELLSPRING_TWILIO_MESSAGING_SERVICE": "MG" + "0" * 32,
    "WELLSPRING_TWILIO_VOICE_FROM": "+15005550006",
    "WELLSPRING_TWILIO_WHATSAPP_FROM": "+15005550006",
    "WELLSPRING_TWILIO_API_BASE": "http://127.0.0.1:1",
    "WELLSPRING_SNS_CERTIFICATES": "http://127.0.0.1:1",
    "WELLSPRING_MAIL_TOPIC": "arn:aws:sns:eu-central-1:000000000000:test-wellspring-mail-events",
    "WELLSPRING_MEDIA_BUCKET": "test-wellspring-media",
    "WELLSPRING_CHECKOUT_SUCCESS_URL": "https://wellspring.example/done?session={CHECKOUT_SESSION_ID}",
    "WELLSPRING_CHECKOUT_CANCEL_URL": "https://wellspring.example/cancelled",
}


@pytest.fixture(scope="session", autouse=True)
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        for name, value in (engine.ACCOUNT | SETTINGS).items():
            patch.setenv(name, value)
        engine.forget()
        yield
    engine.forget()


@pytest.fixture(autouse=True)
def aws(_environment: None) -> Iterator[None]:
    """Provide a fresh AWS with every declared table and every secret."""
    with mock_aws():
        engine.secrets._kept.clear()
        engine.make_tables(STAGE)
        engine.make_secrets(STAGE)
        yield


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """Provide the clock that everything under test reads; it starts at ``tests.clock.START``."""
    fixed = FixedClock()
    monkeypatch.setattr(kernel_clock, "_clock", fixed)
    return fixed


@pytest.fixture
def call() -> calls.Call:
    """Provide the caller of endpoints: ``call("live.record_tick", body={…}, caller=principal(…))``."""
    return calls.call


@pytest.fixture
def invoke() -> calls.Invoke:
    """Provide the runner of any function on a Lambda event from ``tests.triggers``."""
    return calls.invoke


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, Any]]:
    """Provide what was published live, as (channel, type, data), in order."""
    frames: list[tuple[str, str, Any]] = []

    def remember(_kind: Any, _channel_id: str, frame: str, **_: Any) -> None:
        message = json.loads(frame)
        frames.append((message["channel"], message["type"], message["data"]))

    monkeypatch.setattr(publishing, "broadcast", remember)
    return frames


@pytest.fixture
def due_queues(aws: None) -> Iterator[queues.DueQueues]:
    """Provide the queues of due items."""
    with queues.watched() as watched:
        yield watched
