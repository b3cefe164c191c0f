"""What is left of English in something that is to be in another language."""

import re
from html import unescape

_ENGLISH = re.compile(
    r"\b(?:the|you|your|and|or|we|our|of|to|is|are|was|this|that|it|if|from|with|any|none|save|rest|for|in|on|by|at"
    r"|mail|mails|text|texts|day|days|goal|link|page|please|terms|privacy|password|address)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)
_READ_OUT = re.compile(r'aria-label="([^"]*)"')
_ADDRESSES = re.compile(r"\S+@\S+|\S+://\S+|1 Spring Street")


def english(page: str) -> list[str]:
    """Return the English words that a page or a mail shows or is read out with."""
    shown = " ".join([_CODE.sub(" ", page), *_READ_OUT.findall(page)])
    return _ENGLISH.findall(_ADDRESSES.sub(" ", unescape(shown)))
