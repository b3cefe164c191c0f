"""The same code against engines made by others. What this machine cannot run is skipped, and said at the end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from moto import mock_aws

from tests import engine, environment
from tests.engines import running
from tests.engines.fetching import NotHere

Runner = Callable[[Path], AbstractContextManager[str]]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tried."""
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminalreporter.write_line(f"!!! NOT TRIED: {report.nodeid}: {reason}", yellow=True, bold=True)


def _run(runner: Runner, factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    name = runner.__name__
    request.config.get_terminal_writer().line(f"\n{name}: fetched if need be, then started …")
    try:
        with runner(factory.mktemp(name)) as url:
            yield url
    except NotHere as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def dynamodb_local(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """Provide DynamoDB Local's URL."""
    yield from _run(running.dynamodb_local, tmp_path_factory, request)


@pytest.fixture(scope="session")
def livekit_server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """Provide a LiveKit server's URL; it knows the key of ``tests.engine.SECRETS``."""
    yield from _run(running.livekit_server, tmp_path_factory, request)


@pytest.fixture(scope="session")
def stripe_mock(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """Provide stripe-mock's URL."""
    yield from _run(running.stripe_mock, tmp_path_factory, request)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Provide a setter of settings (``told(livekit_url=…)``), and the secrets of a stage."""
    for name, value in (engine.ACCOUNT | {"WELLSPRING_STAGE": "engines"}).items():
        monkeypatch.setenv(name, value)

    def tell(**settings: str) -> None:
        for name, value in settings.items():
            monkeypatch.setenv(f"WELLSPRING_{name.upper()}", value)
        environment.read_anew()

    with mock_aws():
        engine.forget()
        engine.make_secrets("engines")
        yield tell
    engine.forget()
