"""Small pages for people who come without a client: from a mail, or back from a checkout (D-43).

One heading, a few sentences, at most one link; no script, nothing loaded from elsewhere, readable on a phone.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from shared.kernel.wire import Raw

_STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:36rem;margin:0 auto;padding:2rem 1rem;"
    "color:#1a1a1a;background:#fff}h1{font-size:1.75rem;line-height:1.25}a{color:#00519e}"
    "@media(prefers-color-scheme:dark){body{color:#f0f0f0;background:#161616}a{color:#8ac4ff}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where a reader can go on: the words and the address."""

    words: str
    address: str


def page(
    heading: str,
    *sentences: str,
    link: Link | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Raw:
    """Return a page; everything given is shown as text."""
    body = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    if link:
        body += f'<p><a href="{escape(link.address)}">{escape(link.words)}</a></p>'
    title = escape(heading)
    return Raw(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{body}</main></body></html>",
        media_type="text/html; charset=utf-8",
        status=status,
        headers=_HEADERS | dict(headers or {}),
    )
