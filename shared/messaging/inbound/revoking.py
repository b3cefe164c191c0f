"""Sentences that may take consent back, or come from somebody else than we think (X-A-06, X-A-36). Pure.

Sentences are not understood: what looks like it goes to a person, who decides. It is better to ask once too often. What
it looks like is said by each language's file (``answers/<language>.toml``): a reply may come in any of them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from shared.messaging.inbound import answers

_PART = re.compile(r"<([a-z_]+)>")


def may_revoke(words: str) -> bool:
    """Tell whether words without accents and signs, in their own case, need a person to read them."""
    return bool(_patterns("patterns").search(words.casefold()) or _patterns("names").search(words))


@cache
def _patterns(list_: str) -> re.Pattern[str]:
    return re.compile("|".join(_each(list_)))


def _each(list_: str) -> Iterator[str]:
    for spoken in answers.lists().values():
        revoking = spoken["revoking"]
        yield from (_with_parts(pattern, revoking["parts"]) for pattern in revoking[list_])


def _with_parts(pattern: str, parts: Mapping[str, str]) -> str:
    return _PART.sub(lambda found: _with_parts(parts[found[1]], parts), pattern)
