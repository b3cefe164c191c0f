"""Words speak for a brand, which a stage has."""

from collections.abc import Iterator

import pytest

from tests import environment


@pytest.fixture(autouse=True)
def _stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WELLSPRING_STAGE", "test")
    environment.read_anew()
    yield
    environment.read_anew()
