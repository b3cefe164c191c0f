"""Stripe's form encoding (`line_items[0][price_data][currency]=usd`) and the checks on what it carries."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.simulators.stripe.errors import ParameterError

Params = dict[str, Any]

# Stripe's documented limits of `metadata`.
_METADATA_KEYS, _METADATA_KEY_LENGTH, _METADATA_VALUE_LENGTH = 50, 40, 500


def parse(encoded: bytes) -> Params:
    """Turn a body or query of bracketed form fields into nested dictionaries and lists of strings.

    Raises:
        ParameterError: A name is used both for a value and for a group of values.
    """
    tree: Params = {}
    for name, value in parse_qsl(encoded.decode(errors="replace"), keep_blank_values=True):
        *groups, last = name.replace("]", "").split("[")
        node = tree
        for group in groups:
            node = node.setdefault(group or str(len(node)), {})
            if not isinstance(node, dict):
                raise ParameterError(f"Invalid object: {group}", group)
        node[last or str(len(node))] = value
    return {name: _with_lists(name, value) for name, value in tree.items()}


def _with_lists(name: str, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(key, item) for key, item in value.items()}
    # Keys of metadata are the caller's own, even when they are numbers.
    return list(inner.values()) if name != "metadata" and all(key.isdigit() for key in inner) else inner


def only(params: Params, known: frozenset[str]) -> None:
    """Refuse parameters that Stripe does not have."""
    for name in params:
        if name not in known:
            raise ParameterError(f"Received unknown parameter: {name}", name, "parameter_unknown")


def text(params: Params, name: str, path: str = "") -> str:
    """Return a required text; `path` is its full name in messages."""
    value = params.get(name)
    if not value:
        raise ParameterError(f"Missing required param: {path or name}.", path or name, "parameter_missing")
    if not isinstance(value, str):
        raise ParameterError(f"Invalid string: {path or name}", path or name)
    return value


def integer(params: Params, name: str, path: str = "", minimum: int = 0) -> int:
    """Return a required whole number of at least `minimum`."""
    value = text(params, name, path)
    if not value.lstrip("-").isdecimal():
        raise ParameterError(f"Invalid integer: {value}", path or name, "parameter_invalid_integer")
    if int(value) < minimum:
        raise ParameterError(
            f"This value must be greater than or equal to {minimum}.", path or name, "parameter_invalid_integer"
        )
    return int(value)


def group(params: Params, name: str, path: str = "") -> Params:
    """Return an optional group of parameters, empty when absent."""
    value = params.get(name) or {}
    if not isinstance(value, dict):
        raise ParameterError(f"Invalid object: {path or name}", path or name)
    return value


def items(params: Params, name: str) -> list[Any]:
    """Return an optional list, empty when absent."""
    value = params.get(name) or []
    if not isinstance(value, list):
        raise ParameterError(f"Invalid array: {name}", name)
    return value


def address(params: Params, name: str) -> str:
    """Return a required http(s) address."""
    value = text(params, name)
    if urlsplit(value).scheme not in {"http", "https"}:
        raise ParameterError("Not a valid URL", name, "url_invalid")
    return value


def metadata(params: Params) -> dict[str, str]:
    """Return the caller's metadata within Stripe's limits: 50 keys of 40 characters, values of 500."""
    given = group(params, "metadata")
    if len(given) > _METADATA_KEYS:
        raise ParameterError(f"Metadata can have at most {_METADATA_KEYS} keys.", "metadata")
    for key, value in given.items():
        if not isinstance(value, str) or len(key) > _METADATA_KEY_LENGTH or len(value) > _METADATA_VALUE_LENGTH:
            raise ParameterError("Metadata keys have at most 40 and values at most 500 characters.", f"metadata[{key}]")
    return given
