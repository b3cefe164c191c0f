from collections.abc import Iterator

import pytest

from shared.payments import asking, provider, stripe_events
from shared.payments import reviews as payment_reviews
from tests import environment
from tests.providers import Provider, simulator


@pytest.fixture(scope="module")
def _stripe_process() -> Iterator[Provider]:
    with simulator("stripe", STRIPE_API_KEY="sk_test_local") as running:
        yield running


@pytest.fixture
def stripe(_stripe_process: Provider, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Provide a Stripe without any objects that everything under test talks to."""
    _stripe_process.steer("reset")
    monkeypatch.setenv("WELLSPRING_STRIPE_API_BASE", _stripe_process.url)
    environment.read_anew()
    yield _stripe_process
    environment.read_anew()


@pytest.fixture
def reviews(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Provide the names of the metrics that were counted."""
    counted: list[str] = []

    class Counted:
        def add_metric(self, name: str, unit: object, value: float) -> None:
            counted.append(name)

        def flush_metrics(self) -> None:
            return

    fake = Counted()
    for module in (asking, payment_reviews, provider, stripe_events):
        monkeypatch.setattr(module, "metrics", lambda: fake)
    return counted
