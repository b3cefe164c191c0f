"""Pages in a real browser: the declared functions behind a small web server, their tables on moto."""

from collections.abc import Iterator

import pytest

from tests.browser import page as browser
from tests.handlers.conftest import _environment, aws, call, clock, invoke
from tests.pages.site import Site, serving

__all__ = ["_environment", "aws", "call", "clock", "invoke"]


@pytest.fixture(scope="session")
def _page() -> Iterator[browser.Page]:
    with browser.opened() as page:
        yield page


@pytest.fixture
def page(_page: browser.Page) -> browser.Page:
    """Provide the browser's page, as a phone shows it."""
    _page.phone()
    return _page


@pytest.fixture
def site(aws: None) -> Iterator[Site]:
    """Provide the web server."""
    with serving() as site:
        yield site
