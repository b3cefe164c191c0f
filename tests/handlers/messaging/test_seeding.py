"""What a fresh local stack gets of messaging."""

import pytest

from shared.kernel.storage import reads
from shared.messaging.limit_items import Sender, sender_pk
from shared.messaging.operators import seeding
from tests import environment
from tests.clock import START

SERVICE = "MG" + "1" * 32


def test_the_sender_is_registered_once(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WELLSPRING_TWILIO_MESSAGING_SERVICE", SERVICE)
    environment.read_anew()
    for _ in range(2):
        seeding.ensure_sender(START)
    kept = reads.get(Sender, sender_pk(SERVICE), Sender.SK)
    assert kept is not None
    assert (kept.status, kept.version) == ("REGISTERED", 1)
    environment.read_anew()
