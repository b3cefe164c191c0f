"""R-12: every declared webhook has at least 60 forgeries, and deliveries that are true, to be held to."""

import pytest

from shared.kernel.declare import FunctionUrl
from shared.kernel.registry import functions
from tests.reliability import test_livekit_forgery as livekit
from tests.reliability import test_messaging_forgery as messaging
from tests.reliability import test_webhook_forgery as stripe

VERIFIERS = {
    "live.receive_livekit_event": (livekit.VECTORS, livekit.CONTROLS),
    "messaging.receive_mail_event": (messaging.MAIL_VECTORS, messaging.MAIL_CONTROLS),
    "messaging.receive_twilio_event": (messaging.TWILIO_VECTORS, messaging.TWILIO_CONTROLS),
    "payments.receive_stripe_event": (stripe.VECTORS, stripe.CONTROLS),
}
LEAST = 60


@pytest.mark.covers_partly("R-12", missing="there are four webhooks; the fifth, of a crypto provider, does not exist")
def test_every_webhook_is_held_to_forgeries_and_to_what_is_true() -> None:
    declared = [function.declaration for function in functions()]
    webhooks = {one.name for one in declared if isinstance(one.trigger, FunctionUrl)}
    assert webhooks == {name.replace(".", "-").replace("_", "-") for name in VERIFIERS}
    few = {name: len(vectors) for name, (vectors, _) in VERIFIERS.items() if len(vectors) < LEAST}
    assert few == {}
    assert all(len(controls) >= 6 for _, controls in VERIFIERS.values())
