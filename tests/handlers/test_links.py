"""Opening a link changes nothing: mail scanners, previews and prefetching browsers open them all (D-50)."""

import pytest

from shared import messaging
from shared.accountability.goals import access as goals
from shared.kernel.declare import Function
from shared.kernel.platform import COUNT_RATE
from tests.gates import endpoints, route_of

READING = frozenset({"GetItem", "BatchGetItem", "Query", "GetObject", "GetPublicKey", "GetSecretValue"})

HARMLESS = {
    goals.PROFILE.name: "makes the signed-in user's own settings as they are without it, at first sight",
    messaging.access.READ_INBOX.name: "puts the signed-in reader's own count of unread entries right",
    COUNT_RATE.name: "counts the request against a limit, which nobody reads but the limit",
}
"""Profiles that write and that a GET may have all the same, and why."""

READS = {route_of(function): function for function in endpoints() if function.declaration.trigger.method == "GET"}


def _writing(function: Function) -> set[str]:
    return {
        touched.name
        for touched in function.declaration.touches
        if touched.name not in HARMLESS and {action.partition(":")[2] for action in touched.actions} - READING
    }


@pytest.mark.covers("S-P-03")
@pytest.mark.parametrize("route", sorted(READS))
def test_no_get_can_write_anything(route):
    assert _writing(READS[route]) == set()


def test_what_is_harmless_is_used():
    assert len(READS) > 20
    used = {touched.name for function in READS.values() for touched in function.declaration.touches}
    assert HARMLESS.keys() <= used


def test_every_other_method_can_be_told_from_a_get():
    writing = [function for function in endpoints() if route_of(function) not in READS and _writing(function)]
    assert len(writing) > 50
