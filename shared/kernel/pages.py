"""Pages for people who come without a client: from a message, or back from a checkout (D-43).

Written as jinja2 templates in ``templates`` folders of the packages of ``shared``; every page extends
``kernel/templates/base.html``. No script, nothing loaded from elsewhere, readable on a phone and by a screen reader.
A function that shows a page declares ``layers=["text"]``.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.kernel.wire import Raw

MEDIA_TYPE = "text/html; charset=utf-8"

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
    **values: Any,
) -> Raw:
    """Return the page that a template makes; every value is shown as text.

    Args:
        template: the template's file below ``shared``, e.g. ``messaging/templates/unsubscribe.html``.
        status: of the answer.
        headers: of the answer, besides those of every page.
        forms: the page has forms, which post to where the page came from.
        locale: language of the page.
        values: what the template shows.

    Raises:
        jinja2.UndefinedError: the template shows something that was not given.
    """
    return Raw(
        _environment().get_template(template).render(locale=locale, **values),
        media_type=MEDIA_TYPE,
        status=status,
        headers=_headers(forms=forms) | dict(headers or {}),
    )


def page(
    heading: str,
    *sentences: str,
    link: Link | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Raw:
    """Return a page of one heading, a few sentences and at most one link."""
    return render(
        "kernel/templates/page.html", status=status, headers=headers, heading=heading, sentences=sentences, link=link
    )
