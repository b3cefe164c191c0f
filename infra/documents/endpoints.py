"""The table of everything that is declared, for people: ``docs/endpoints.md``."""

from collections.abc import Iterator, Sequence
from typing import Any

from infra.documents.routes import rows
from shared.kernel.declare import PUBLIC
from shared.kernel.registry import functions

_HEAD = """\
# Endpoints and functions

Made from the declarations in `functions/` by `make documents`; do not edit. `openapi.json` describes each endpoint
whole, with its errors and examples; `api.md` tells how to sign in, page and repeat requests.
"""

_APIS = {"public": "Public API", "meter": "Meter API", "admin": "Admin API"}


def _table(columns: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(columns) + " |"
    yield "|" + "---|" * len(columns)
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def _allowed(allow: str) -> str:
    return "anyone" if allow == PUBLIC else f"`{allow}`"


def _what_calls(row: dict[str, Any]) -> str:
    told = row.get("events") or row.get("domains")
    for name in ("provider", "route", "expression", "kind"):
        told = told or ([row[name]] if name in row else None)
    return ", ".join(f"`{name}`" for name in told) if told else "every table" if "domains" in row else ""


def text() -> str:
    """Return the document."""
    summaries = {function.declaration.name: function.summary for function in functions()}
    found = rows()
    parts = [_HEAD]
    for api, title in _APIS.items():
        routes = sorted((row for row in found if row["api"] == api), key=lambda row: (row["path"], row["method"]))
        lines = [
            (f"`{row['method']} {row['path']}`", _allowed(row["allow"]), summaries[row["name"]], f"`{row['name']}`")
            for row in routes
        ]
        parts += [f"## {title}\n", *_table(("endpoint", "who may", "what it does", "function"), lines), ""]
    others = [
        (row["trigger"], _what_calls(row), summaries[row["name"]], f"`{row['name']}`")
        for row in found
        if not row["api"]
    ]
    columns = ("trigger", "what calls it", "what it does", "function")
    parts += ["## Everything else\n", *_table(columns, sorted(others)), ""]
    return "\n".join(parts)
