"""Pure rules: no network, no storage."""

import pytest
from hypothesis import HealthCheck, settings
from pytest_socket import disable_socket

# Speed is shown by benchmarks: a busy machine makes no rule wrong.
settings.register_profile("unit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def _no_network() -> None:
    disable_socket()
