"""Pages as a browser without scripts would use them: links in messages, forms with what they hold already."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import requests

from infra.local.client import TIMEOUT_SECONDS


def link_in(text: str) -> str:
    """Return the first address in a message.

    Raises:
        LookupError: there is none.
    """
    found = re.search(r"https?://[^\s\"<>]+", text)
    if not found:
        raise LookupError(f"no link in the message: {text}")
    return found.group().rstrip(".")


class _Forms(HTMLParser):
    """Collects the fields of each form with the values that they have."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in one tag."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and "selected" in given:
            self._add(self._select, given["value"])
        elif tag == "button" or (tag == "input" and given.get("type") != "checkbox") or "checked" in given:
            self._add(given.get("name", ""), given.get("value", ""))

    def _add(self, name: str, value: str) -> None:
        if name and self.forms:
            self.forms[-1].setdefault(name, []).append(value)


def _forms(page: str) -> Iterator[dict[str, list[str]]]:
    parser = _Forms()
    parser.feed(page)
    yield from parser.forms


def fields_of(page: str, action: str) -> dict[str, str]:
    """Return the fields of the first form that does something, as they would be sent unchanged.

    Raises:
        LookupError: the page has no such form.
    """
    for form in _forms(page):
        if action in form.get("action", ()):
            return {name: values[0] for name, values in form.items()} | {"action": action}
    raise LookupError(f"no form for {action!r} on the page: {page}")


def landing(address: str) -> str:
    """Return the address of the page that a link leads to."""
    return str(requests.get(address, timeout=TIMEOUT_SECONDS).url)


def submit(address: str, fields: dict[str, str]) -> requests.Response:
    """Send a form to the page it is on and return what follows."""
    return requests.post(address, data=fields, timeout=TIMEOUT_SECONDS)
