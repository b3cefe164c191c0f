"""Money, tokens and races, judged on a real engine: the pinned emulator's, in the test's process or on a free port.

``DYNAMODB_ENDPOINT`` lets the same tests run against another DynamoDB (DynamoDB Local, dynoxide); everything else stays
on the emulator. Each test gets a stage of its own, so tests share nothing but the process.

The engine itself is judged before anything else (R-01); where it fails, nothing that stands on it is judged at all.
"""

import json
import os
import uuid
from collections.abc import Generator, Iterator

import pytest

from shared.kernel import clock as kernel_clock
from shared.kernel.brands import EXAMPLE
from tests import embedded, engine
from tests.clock import FixedClock

LITMUS = "tests/reliability/test_engine_litmus.py::"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of the engine before all others."""
    items.sort(key=lambda item: not item.nodeid.startswith(LITMUS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Stop where the engine fails."""
    report = yield
    if report.failed and item.nodeid.startswith(LITMUS):
        item.session.shouldfail = "the engine under test does not keep its promises: what stands on it proves nothing"
    return report


@pytest.fixture(scope="session")
def aws_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Provide the base URL of an emulator that this test process has for itself."""
    with engine.emulator(tmp_path_factory.mktemp("emulator")) as url:
        yield url


@pytest.fixture
def stage(aws_endpoint: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Provide a fresh stage: every declared table, the secrets, and an environment that points there.

    Its tables are in this process, unless the test is marked ``wire``: several processes share them, or the wire itself
    is what it is about.
    """
    name = f"t{uuid.uuid4().hex[:8]}"
    environment = engine.ACCOUNT | {"WELLSPRING_STAGE": name, "AWS_ENDPOINT_URL": aws_endpoint}
    # A stage of this name is no example: it must say who speaks in its messages.
    environment["WELLSPRING_BRANDS"] = json.dumps(EXAMPLE)
    environment["AWS_ENDPOINT_URL_DYNAMODB"] = os.environ.get("DYNAMODB_ENDPOINT", aws_endpoint)
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    engine.forget()
    engine.make_secrets(name)
    by_wire = request.node.get_closest_marker("wire") or "DYNAMODB_ENDPOINT" in os.environ
    with engine.stage_tables(name) if by_wire else embedded.tables():
        yield name
    engine.forget()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FixedClock:
    """Provide a clock that stands still, for everything that runs in this process."""
    fixed = FixedClock()
    monkeypatch.setattr(kernel_clock, "_clock", fixed)
    return fixed
