"""Figures that a test tells: what it did how often. ``make soak`` writes them down."""

import json
from collections.abc import Mapping
from typing import Any

_MARK = "figures: "


def tell(figures: Mapping[str, Any]) -> None:
    """Tell figures, on a line of the test's output."""
    print(_MARK + json.dumps(_plain(figures), default=repr))


def _plain(value: Any) -> Any:
    """Return figures whose names are words: JSON has no others."""
    if isinstance(value, Mapping):
        return {name if isinstance(name, str) else repr(name): _plain(one) for name, one in value.items()}
    return value


def told(output: str) -> dict[str, Any]:
    """Return the figures in the output of a test; of one that told several times, each of them."""
    marked = [line.partition(_MARK) for line in output.splitlines()]
    found = [json.loads(text) for _, mark, text in marked if mark]
    return found[0] if len(found) == 1 else {"each": found} if found else {}
