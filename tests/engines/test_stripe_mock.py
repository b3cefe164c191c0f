"""Our calls of Stripe through its SDK, against the mock that Stripe makes from its own API description."""

from collections.abc import Callable

import pytest
import stripe

from shared.kernel.errors import Unavailable
from shared.payments import provider
from tests import deliveries
from tests.clock import START


@pytest.fixture
def _stripe(stripe_mock: str, told: Callable[..., None]) -> None:
    told(stripe_api_base=stripe_mock, public_url="https://api.wellspring.example")


@pytest.mark.usefixtures("_stripe")
def test_stripe_accepts_the_checkout_session_we_ask_for() -> None:
    opened = provider.open_checkout(deliveries.payment(at=START))
    assert opened.session_id.startswith("cs_")
    assert opened.url.startswith("https://")


@pytest.mark.usefixtures("_stripe")
def test_stripe_refuses_what_its_description_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "_session_params", lambda _: {"mode": "payment", "no_such_parameter": "1"})
    # What only we can mend is told to the buyer as "later", and to us by an alarm.
    with pytest.raises(Unavailable) as refused:
        provider.open_checkout(deliveries.payment(at=START))
    assert isinstance(refused.value.__cause__, stripe.InvalidRequestError)
    assert "additional properties" in str(refused.value.__cause__)
