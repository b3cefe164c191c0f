"""Which words a message begins with."""

import re
import tomllib
from pathlib import Path

_TEXTS: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
_PLACE = re.compile(r"\\{\w+\\}")
_PICTURES = re.compile("\\s*[\U0001f300-\U0001faff]")
"""Calls speak without them."""

_PATTERNS = {
    name: re.compile(_PLACE.sub("[^.!]+", re.escape(_PICTURES.sub("", text)))) for name, text in _TEXTS.items()
}


def known(text: str) -> str:
    """Return the name of the words that a message begins with; the message itself where it is none of them."""
    plain = _PICTURES.sub("", text)
    return next((name for name, pattern in _PATTERNS.items() if pattern.match(plain)), text)
