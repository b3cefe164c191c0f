"""How the code's own words are told to readers of the API document."""

import re
from importlib import import_module
from typing import Any

from pydantic.alias_generators import to_camel

_SOURCES = re.compile(r"\s*\((?:[SXDR]-(?:[A-Z]-)?\d+(?:, |; | and )?)+\)")
"""Where the rule comes from: for whoever reads the code."""

PARAMETERS = {
    "active": "Only those that are, or only those that are not.",
    "addressHash": "SHA-256 of the address as it is stored, in hexadecimal.",
    "at": "The moment asked about.",
    "cursor": "`nextCursor` of the page before; left out: the first page.",
    "date": "A day of the goal, as it is called in the zone it was lived in.",
    "days": "How many days ahead.",
    "done": "What the form before did; the page says so.",
    "if-match": "The `ETag` that was read: the change is made only where the object is still in that version.",
    "key": "Key of the template.",
    "kind": "Only those of this kind.",
    "limit": "At most how many entries.",
    "policyName": "Name of the escalation policy.",
    "session_id": "The payment provider's id of the checkout.",
    "status": "Only those in this state.",
    "token": "The secret part of the link in a message.",
    "type": "Only entries of this type.",
    "version": "Number of the version.",
}
"""What a parameter means that its declaration says nothing of. Ids are told by their name."""


def camel_path(path: str) -> str:
    """Return a declared path with its parameters as the wire spells them."""
    return re.sub(r"\{(\w+)\}", lambda found: f"{{{to_camel(found[1])}}}", path)


def told(name: str) -> str:
    """Return what a parameter means.

    Raises:
        LookupError: nobody says.
    """
    if name in PARAMETERS:
        return PARAMETERS[name]
    thing, of, _ = name.partition("Id")
    if not of:
        raise LookupError(f"say what the parameter {name} means: with a description, or in {__name__}.PARAMETERS")
    words = re.sub("([A-Z])", r" \1", thing).lower()
    return f"Id of the {words}."


def plain(found: Any) -> Any:
    """Return a part of the document whose texts name no rows of requirements and quote code as Markdown does."""
    if isinstance(found, list):
        return [plain(one) for one in found]
    if not isinstance(found, dict):
        return found
    return {
        name: _text(one) if name in {"description", "summary"} and isinstance(one, str) else plain(one)
        for name, one in found.items()
    }


def _text(text: str) -> str:
    return _SOURCES.sub("", text).replace("``", "`")


def purpose(domain: str) -> str:
    """Return what a domain is for: the first sentence its package says of itself."""
    said = import_module(f"shared.{domain}").__doc__ if domain != "platform" else "Live connections."
    return f"{(said or '').partition('.')[0].strip()}."
