"""Amounts of credits in the document: decimal strings, whose limits JSON Schema has no words for."""

from typing import Any

from shared.kernel.money import to_decimal

_LIMITS = {"gt": "more than {}", "ge": "at least {}", "lt": "less than {}", "le": "at most {}"}


def as_decimals(found: Any) -> Any:
    """Return a part of the document with the limits and defaults of amounts as a client writes them.

    The code compares thousandths as integers, and says so in its schemas: limits become words, a default becomes the
    decimal string that it stands for, and where nothing below zero is taken the pattern has no sign.
    """
    if isinstance(found, list):
        return [as_decimals(one) for one in found]
    if not isinstance(found, dict):
        return found
    made = {name: as_decimals(one) for name, one in found.items() if name not in _LIMITS or isinstance(one, dict)}
    limits = {name: int(found[name]) for name in _LIMITS if isinstance(found.get(name), int | float)}
    return made | _told(made, limits) if found.get("type") == "string" else made


def _told(text: dict[str, Any], limits: dict[str, int]) -> dict[str, Any]:
    """Return what changes of the schema of an amount."""
    told: dict[str, Any] = {}
    if isinstance(text.get("default"), int):
        told["default"] = to_decimal(text["default"])
    if limits:
        words = " and ".join(_LIMITS[name].format(to_decimal(limit)) for name, limit in limits.items())
        told["description"] = f"{text.get('description', '')} {words.capitalize()}.".strip()
    if max(limits.get("gt", -1), limits.get("ge", -1)) >= 0:
        told["pattern"] = text["pattern"].replace("^-?", "^")
    return told
