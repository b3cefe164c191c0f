"""Pages for people who come without a client: from a message, or back from a checkout (D-43).

Written as jinja2 templates in ``templates`` folders of the packages of ``shared``; every page extends
``kernel/templates/base.html`` and looks as ``kernel/templates/style.css`` has it: the brand and for whom the page is,
one card with one action that says what it does, what happens next, who we are. No script, nothing loaded from
elsewhere, readable on a phone and by a screen reader; a state of ``done``, ``waiting``, ``failed`` or ``empty`` has its
mark, and no page is a dead end. A function that shows a page declares ``layers=["text"]`` and ``settings=["brands"]``.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

from shared.kernel.brands import Product, brand
from shared.kernel.errors import DomainError
from shared.kernel.wire import Raw

MEDIA_TYPE = "text/html; charset=utf-8"

SEE_OTHER = 303
"""Status of an answer that leads on to a page."""

State = Literal["", "done", "waiting", "failed", "empty"]
"""What a page tells of: its mark beside the heading."""

_SHARED = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Link:
    """Where a reader can go on: the words and the address."""

    words: str
    address: str


@cache
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_SHARED),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["style"] = Markup(_style())  # noqa: S704 - our own file
    return environment


@cache
def _style() -> str:
    return (_SHARED / "kernel" / "templates" / "style.css").read_text()


@cache
def _headers(*, forms: bool) -> dict[str, str]:
    style = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    target = "'self'" if forms else "'none'"
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; "
        f"form-action {target}; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
    }


def render(
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    forms: bool = False,
    locale: str = "en",
    product: Product = Product.ACCOUNTS,
    whom: str = "",
    **values: Any,
) -> Raw:
    """Return the page that a template makes; every value is shown as text.

    Args:
        template: the template's file below ``shared``, e.g. ``messaging/templates/unsubscribe.html``.
        status: of the answer.
        headers: of the answer, besides those of every page.
        forms: the page has forms, which post to where the page came from.
        locale: language of the page.
        product: whose brand the page shows.
        whom: for whom the page is, by name.
        values: what the template shows.

    Raises:
        jinja2.UndefinedError: the template shows something that was not given.
    """
    return Raw(
        _environment().get_template(template).render(locale=locale, brand=brand(product), whom=whom, **values),
        media_type=MEDIA_TYPE,
        status=status,
        headers=_headers(forms=forms) | dict(headers or {}),
    )


def page(
    heading: str,
    *sentences: str,
    link: Link | None = None,
    ways: Sequence[Link] = (),
    then: str = "",
    state: State = "",
    product: Product = Product.ACCOUNTS,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Raw:
    """Return a page of one heading and a few sentences.

    Args:
        heading: what it is about.
        sentences: what it says.
        link: the one action, as a button.
        ways: other ways on, as quiet links.
        then: what happens next.
        state: what it tells of.
        product: whose brand it shows; without a way on of its own it leads to where that is used.
        status: of the answer.
        headers: of the answer.
    """
    shown = brand(product)
    if link is None and not ways:
        ways = (Link(f"Go to {shown.name}", shown.home),)
    return render(
        "kernel/templates/page.html",
        status=status,
        headers=headers,
        product=product,
        heading=heading,
        sentences=sentences,
        link=link,
        ways=ways,
        then=then,
        state=state,
    )


_REFUSED = {
    HTTPStatus.NOT_FOUND: ("There is no such page", "Please check that the link was copied as a whole."),
    HTTPStatus.TOO_MANY_REQUESTS: ("Please wait a moment", "This was opened or sent too often. Try again in a minute."),
}
_FAILED = ("This did not work", "Something went wrong on our side. Please try again in a few minutes.")
_NOT_THIS = "This cannot be done"


def refused(refusal: DomainError, *, product: Product, request_id: str) -> Raw:
    """Return the page of an error, for whoever came to a page with a browser."""
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        heading, sentence = _FAILED
    else:
        heading, sentence = _REFUSED.get(HTTPStatus(refusal.status), (_NOT_THIS, str(refusal)))
    contact = brand(product).contact
    return page(
        heading,
        sentence,
        f"If it stays so, write to {contact} and name this number: {request_id}.",
        state="failed",
        product=product,
        status=refusal.status,
        headers=refusal.headers,
    )
