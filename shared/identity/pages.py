"""Where a verification link leads: a page for people, JSON for programs."""

from datetime import datetime
from html import escape
from http import HTTPStatus

from shared.identity import verification
from shared.identity.errors import ExpiredLink, UnknownLink
from shared.kernel.wire import Raw

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Wellspring</title>
<style>
body {{ font: 1.125rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
</main>
</body>
</html>
"""
_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept",
}


def follow_link(token: str, accept: str, *, now: datetime) -> Raw:
    """Confirm the address that a link was sent to and tell so, or tell why not.

    Raises:
        UnknownLink: it is not one of ours, and the client asked for JSON.
        ExpiredLink: it is too old, and the client asked for JSON.
    """
    wants_json = "application/json" in accept and "text/html" not in accept
    try:
        verification.confirm(token, now=now)
    except (UnknownLink, ExpiredLink) as refusal:
        if wants_json:
            raise
        return _page("This link does not work", str(refusal), refusal.status)
    if wants_json:
        return Raw('{"data":{"status":"VERIFIED"},"meta":{}}', media_type="application/json", headers=_SAFE)
    return _page("Your e-mail address is confirmed", "Thank you. You can close this page and go on.", HTTPStatus.OK)


def _page(title: str, text: str, status: int) -> Raw:
    body = _PAGE.format(title=escape(title), text=escape(text))
    return Raw(body, media_type="text/html; charset=utf-8", status=status, headers=_SAFE)
