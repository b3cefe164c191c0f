"""What every list that can be sorted promises (S-P-27), tried on one that is filled."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.caller import Principal
from tests.calls import Call

OTHER = {"newest": "oldest", "oldest": "newest"}


def assert_sorts(
    call: Call,
    name: str,
    caller: Principal,
    *,
    unasked: str = "newest",
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> None:
    """Read a list of two or more from both ends, page by page, and hold cursors to their order."""
    asked = {"path": dict(path or {}), "caller": caller}

    def page(**changed: str) -> Any:
        return call(name, query=dict(query or {}) | changed, **asked)

    def walk(**changed: str) -> list[Any]:
        found, cursor = [], ""
        while True:
            answer = page(limit="1", **changed, **({"cursor": cursor} if cursor else {}))
            assert answer.status == 200, answer.body
            found += answer.data
            cursor = answer.json["pagination"]["nextCursor"]
            if cursor is None:
                return found

    found = walk()
    assert len(found) > 1, "a list of one has every order"
    assert walk(sort=unasked) == found
    assert walk(sort=OTHER[unasked]) == found[::-1]

    cursor = page(limit="1").json["pagination"]["nextCursor"]
    refused = page(cursor=cursor, sort=OTHER[unasked])
    assert (refused.status, refused.json["error"]["details"][0]["field"]) == (400, "cursor")
    unknown = page(sort="name")
    assert (unknown.status, unknown.code) == (400, "VALIDATION_ERROR")
    assert unknown.json["error"]["details"] == [{"field": "sort", "message": "One of 'newest' or 'oldest' is needed"}]
