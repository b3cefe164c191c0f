"""Where a verification link leads: a page for people, JSON for programs."""

from datetime import datetime

from shared.identity import verification
from shared.identity.errors import ExpiredLink, UnknownLink
from shared.kernel.pages import page
from shared.kernel.wire import Raw

_HEADERS = {"Referrer-Policy": "no-referrer", "Vary": "Accept"}


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
        return page("This link does not work", str(refusal), status=refusal.status, headers=_HEADERS)
    if wants_json:
        return Raw('{"data":{"status":"VERIFIED"},"meta":{}}', media_type="application/json", headers=_HEADERS)
    return page("Your e-mail address is confirmed", "Thank you. You can close this page and go on.", headers=_HEADERS)
