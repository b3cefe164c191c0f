"""R-07: one Idempotency-Key has one effect, however many requests carry it, at once or days later."""

from collections import Counter
from dataclasses import replace

import pytest

from shared.kernel import clock as kernel_clock
from shared.kernel.declare import Function
from shared.kernel.shells import prepare
from shared.kernel.storage.reads import get, query_all
from tests import faults, workers
from tests.calls import Answer, call
from tests.clock import FixedClock
from tests.figures import tell
from tests.samples import notes
from tests.samples.keep_note import keep_note
from tests.triggers import principal

pytestmark = pytest.mark.wire

REQUESTS = 1_000
FOLDER = "usr_a:f"

# The key is judged here, not the limit of 60 writes a minute that would answer most of the requests.
_declared = keep_note.declaration
unlimited = Function(replace(_declared, trigger=replace(_declared.trigger, rate=None)), keep_note.handler)


def _start() -> None:
    kernel_clock._clock = FixedClock()
    prepare(unlimited)


def _post(job: tuple[int, str, str]) -> tuple[Answer, int]:
    """Send one request as a client does, again while the first with the key still runs; return how often it met one."""
    number, key, text = job
    for waited in range(1_000):
        answer = call(
            unlimited,
            body={"text": text},
            path={"folder": "f"},
            caller=principal("usr_a", "notes:write"),
            key=key,
            request_id=f"req-{number}",
        )
        if answer.status != 409:
            return answer, waited
    raise AssertionError("the first request never ended")


def _effects() -> tuple[int, int]:
    folder = get(notes.Folder, f"FOLDER#{FOLDER}", "FOLDER")
    return folder.added if folder else 0, len(list(query_all(notes.Note, notes.Note.pk == f"NOTES#{FOLDER}")))


@pytest.mark.covers("R-07", "X-P-01")
def test_a_thousand_requests_with_one_key_have_one_effect_and_one_body(stage: str) -> None:
    with workers.copies(_start) as pool:
        results = workers.at_once(pool, _post, [(number, "key-1", "hello") for number in range(REQUESTS)])
        others = workers.at_once(pool, _post, [(number, "key-1", f"other {number}") for number in range(REQUESTS)])
    answers = [answer for answer, _ in results]
    waits = sum(waited for _, waited in results)
    replayed = Counter(answer.headers.get("Idempotency-Replayed") for answer in answers)
    tell({"requests": REQUESTS, "refusedWhileRunning": waits, "replayed": replayed["true"]})

    assert {answer.status for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert _effects() == (1, 1)
    assert replayed == {None: 1, "true": REQUESTS - 1}
    assert waits >= 3, "too few requests met one that was still running"
    assert {(answer.status, answer.code) for answer, _ in others} == {(422, "IDEMPOTENCY_KEY_REUSED")}


@pytest.mark.covers("R-07", "X-P-01")
@pytest.mark.covers("X-W-34")
@pytest.mark.parametrize("hours", [1, 24, 72])
def test_a_key_still_holds_after(hours: int, stage: str, clock: FixedClock) -> None:
    first, _ = _post((1, "key-1", "hello"))
    clock.advance(hours=hours)
    again, _ = _post((2, "key-1", "hello"))
    other, _ = _post((3, "key-1", "other"))
    assert again.text == first.text
    assert other.status == 422
    assert _effects() == (1, 1)


@pytest.mark.covers("X-P-01")
def test_a_request_whose_function_died_is_done_once_by_the_next_try(stage: str, clock: FixedClock) -> None:
    died = 0
    for position in range(8):
        plan = faults.script(*[None] * position, faults.CRASH_AFTER if position % 2 else faults.CRASH_BEFORE)
        with faults.injected(plan):
            try:
                _post((position, f"key-{position}", "hello"))
            except faults.Crash:
                died += 1
        clock.advance(seconds=_declared.timeout + 2)
        answer, _ = _post((position, f"key-{position}", "hello"))
        assert answer.status == 201
        assert _effects() == (position + 1, position + 1)
    assert died >= 3


@pytest.mark.covers("X-P-01")
def test_a_lost_answer_to_the_claim_does_not_lock_the_request_out(stage: str, clock: FixedClock) -> None:
    with faults.injected(faults.script(faults.SILENT_AFTER)) as wire:
        answer = call(
            unlimited, body={"text": "hello"}, path={"folder": "f"}, caller=principal("usr_a", "notes:write"), key="k"
        )
    assert wire.seen == {faults.SILENT_AFTER: 1}
    assert answer.status == 201
    assert _effects() == (1, 1)
