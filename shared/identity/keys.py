"""Keys that tokens are checked with: the present one and those replaced lately (X-P-16)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.identity.items import KEYS_PK, RetiredKey
from shared.kernel.security.keys import Jwk, fetch_present_key, replace_key
from shared.kernel.storage.reads import query_all
from shared.kernel.storage.writes import Put, commit

KEPT = timedelta(hours=25)
"""How long a replaced key is shown: the longest life of an access token (D-21), and an hour."""


def public_keys(*, now: datetime) -> Mapping[str, Jwk]:
    """Return the public keys that a valid token may be signed with, by ``kid``, as they stand at this instant."""
    # Read first: a key that is replaced between the two reads is then in the second.
    present = fetch_present_key()
    found = {present.kid: present.jwk}
    for attributes in query_all(RetiredKey, RetiredKey.pk == KEYS_PK):
        retired: RetiredKey = RetiredKey.load(dict(attributes))
        if now < retired.expires_at:
            found[retired.sk] = json.loads(retired.jwk)
    return found


def key_set(*, now: datetime) -> str:
    """Return the JSON Web Key Set (RFC 7517)."""
    return json.dumps({"keys": list(public_keys(now=now).values())}, separators=(",", ":"))


def rotate(*, now: datetime) -> str:
    """Replace the signing key and return the new key's id. Nobody is signed out.

    The old public part is kept before anything is signed with the new key, and checkers ask again when they meet an
    unknown ``kid``. Running it again after a failure is safe.
    """
    present = fetch_present_key()
    retired = RetiredKey(pk=KEYS_PK, sk=present.kid, jwk=json.dumps(present.jwk), expires_at=now + KEPT)
    commit(Put(retired))
    return replace_key()
