"""Who calls: from a bearer token to the caller's context, at most a minute old behind the gateway's cache (D-21)."""

import time
from collections.abc import Mapping
from datetime import datetime

from shared.identity import keys, rules
from shared.identity.standing import find_session
from shared.kernel.security import tokens
from shared.kernel.security.keys import KEPT_SECONDS, Jwk

REFETCH_SECONDS = 1
"""How soon an unknown ``kid`` may ask for the keys again: forged ones must not cost a call each."""

Context = dict[str, str]

_kept: dict[str, tuple[float, Mapping[str, Jwk]]] = {}


def forget() -> None:
    """Drop the remembered keys."""
    _kept.clear()


def _keys(*, now: datetime, older_than: float = KEPT_SECONDS) -> Mapping[str, Jwk]:
    kept = _kept.get("keys")
    if kept is None or time.monotonic() - kept[0] > older_than:
        kept = _kept["keys"] = (time.monotonic(), keys.public_keys(now=now))
    return kept[1]


def _check(token: str, *, now: datetime) -> tuple[str, str]:
    try:
        return tokens.check(token, _keys(now=now), now=now)
    except tokens.UnknownKey:
        return tokens.check(token, _keys(now=now, older_than=REFETCH_SECONDS), now=now)


def authorize(token: str, *, now: datetime) -> Context:
    """Return the caller's context: who, which session, what is permitted, whether the address is confirmed.

    Roles, suspension and sign-out are read, never taken from the token. One call.

    Returns:
        ``userId``, ``sessionId``, ``permissions`` (parted by spaces) and ``verified``, or ``refused`` with the reason.
    """
    try:
        user_id, session_id = _check(token, now=now)
    except tokens.InvalidToken:
        return {"refused": "invalid"}
    found = find_session(user_id, session_id, now=now)
    if found is None:
        return {"refused": "invalid"}
    account, _ = found
    if account.suspended_at is not None:
        return {"refused": "suspended"}
    return {
        "userId": user_id,
        "sessionId": session_id,
        "permissions": " ".join(sorted(rules.permissions(account.grants or ()))),
        "verified": "true" if account.verified_at else "false",
    }
