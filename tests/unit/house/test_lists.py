"""Every list that goes on by cursor can be sorted by what its keys are in order of (S-P-27)."""

import inspect

from shared.kernel.declare import Http
from shared.kernel.registry import functions

UNSORTED = {
    "accountability-list-goals": "a user's few goals lie by their id, which tells nothing",
    "accountability-list-members": "a guide's users lie by their id, which tells nothing",
    "live-list-viewers": "who watches lies by user, and comes and goes while it is read",
}


def test_every_list_with_a_cursor_has_orders_or_a_reason() -> None:
    lists = {
        function.declaration.name: inspect.signature(function.handler).parameters
        for function in functions()
        if isinstance(function.declaration.trigger, Http)
    }
    without = {name for name, takes in lists.items() if "cursor" in takes and "sort" not in takes}
    assert without == set(UNSORTED)
