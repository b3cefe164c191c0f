"""Whoever has an address is told that nothing goes to it any more, though whoever tells them dies (X-A-05)."""

import pytest

from shared.messaging.recipients import suppression
from tests import faults, messages
from tests.clock import START
from tests.messages import PHONE
from tests.outbox import sent

BEYOND = 2
"""Recipients who do not fit into the first transaction: each is told by a call of its own."""
CALLS = BEYOND + 1
TOLD = suppression.TELLS + BEYOND


@pytest.mark.covers("X-A-05")
@pytest.mark.parametrize("kind", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
@pytest.mark.parametrize("position", range(CALLS))
def test_all_are_told_at_whatever_call_the_first_try_dies(stage: str, position: int, kind: str) -> None:
    for number in range(TOLD):
        messages.enlist(f"ptn_{number}", consents=())
    with faults.injected(faults.script(*[None] * position, kind)) as wire, pytest.raises(faults.Crash):
        suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    assert wire.seen == {kind: 1}
    suppression.suppress(PHONE, "STOP", source="SM1", now=START)
    told = {one["recipient_id"] for one in sent("messaging", "AddressOptedOut")}
    assert told == {f"ptn_{number}" for number in range(TOLD)}
