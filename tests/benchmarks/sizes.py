"""How large DynamoDB counts an item, by its documented rules (developer guide, "item sizes and formats")."""

from typing import Any


def item_bytes(item: dict[str, dict[str, Any]]) -> int:
    """Return an item's size: the UTF-8 bytes of names and the sizes of values."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content.lstrip("-").rstrip("0") or "0") // 2 + 2
        case "SS" | "NS":
            return sum(_value_bytes({kind[0]: member}) for member in content)
        case "L":
            return 3 + sum(1 + _value_bytes(member) for member in content)
        case "M":
            return 3 + sum(len(name.encode()) + 1 + _value_bytes(member) for name, member in content.items())
        case _:
            return 1
