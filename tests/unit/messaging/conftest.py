"""Words speak for a brand, which a stage has."""

from collections.abc import Iterator

import pytest

from shared.kernel.config import settings


@pytest.fixture(autouse=True)
def _stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WELLSPRING_STAGE", "test")
    settings.cache_clear()
    yield
    settings.cache_clear()
