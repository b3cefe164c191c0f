"""``Idempotency-Key`` as a client meets it; the races are judged in ``tests/reliability/test_idempotency_key.py``."""

from typing import Any

import pytest

from shared.kernel import idempotency
from shared.kernel.caller import operation_of
from shared.kernel.storage.reads import query_all
from tests.calls import Answer, Call
from tests.clock import FixedClock
from tests.samples import notes
from tests.samples.keep_note import keep_note
from tests.triggers import http_event, principal

WRITER = principal("usr_a", "notes:write")

pytestmark = pytest.mark.covers("X-P-01")


@pytest.fixture
def keep(call: Call) -> Any:
    """Provide a caller of the writing endpoint with a key."""

    def send(text: str = "hello", *, folder: str = "f", **request: Any) -> Answer:
        options = {"body": {"text": text}, "path": {"folder": folder}, "caller": WRITER, "key": "key-1"}
        return call(keep_note, **(options | request))

    return send


def _kept(user: str = "usr_a", folder: str = "f") -> int:
    return len(list(query_all(notes.Note, notes.Note.pk == f"NOTES#{user}:{folder}")))


def _locked(text: str, clock: FixedClock) -> None:
    """Leave the claim of a request whose function is still running."""
    event = http_event(keep_note, body={"text": text}, path={"folder": "f"}, key="key-1")
    body = f"{event['rawPath']}\n{event['body']}"
    idempotency.begin(operation_of(event, WRITER), body, now=clock.now(), lock_seconds=11)


def test_the_same_request_gets_the_first_answer_marked_as_replayed(keep: Any, clock: FixedClock) -> None:
    first = keep(request_id="req-1")
    clock.advance(minutes=5)
    again = keep(request_id="req-2")
    assert (again.status, again.text) == (first.status, first.text)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["X-Request-Id"] == "req-2"
    assert _kept() == 1


@pytest.mark.parametrize("change", [{"text": "other"}, {"folder": "g"}])
def test_another_request_with_the_key_is_refused(keep: Any, change: dict[str, str]) -> None:
    keep()
    answer = keep(**change)
    assert (answer.status, answer.code) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert (_kept(), _kept(folder="g")) == (1, 0)


def test_keys_are_each_callers_own(keep: Any) -> None:
    assert keep().data["id"] != keep(caller=principal("usr_b", "notes:write")).data["id"]
    assert (_kept(), _kept("usr_b")) == (1, 1)


def test_without_a_key_every_request_counts(keep: Any) -> None:
    for number in range(2):
        assert keep(key=None, request_id=f"req-{number}").status == 201
    assert _kept() == 2


def test_while_the_first_runs_a_second_is_told_to_wait(keep: Any, clock: FixedClock) -> None:
    _locked("hello", clock)
    answer = keep()
    assert (answer.status, answer.code, answer.headers["Retry-After"]) == (409, "REQUEST_IN_PROGRESS", "1")
    assert _kept() == 0


def test_a_claim_whose_function_died_is_taken_over(keep: Any, clock: FixedClock) -> None:
    _locked("hello", clock)
    clock.advance(seconds=12)
    assert keep().status == 201
    assert _kept() == 1


def test_a_claim_whose_function_died_is_not_taken_over_by_another_request(keep: Any, clock: FixedClock) -> None:
    _locked("hello", clock)
    clock.advance(seconds=12)
    assert keep("other").status == 422


@pytest.mark.parametrize("days", [3, 29])
def test_a_key_is_kept_for_thirty_days(keep: Any, clock: FixedClock, days: int) -> None:
    first = keep()
    clock.advance(days=days)
    again = keep(request_id="later")
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    assert _kept() == 1


def test_a_forgotten_key_finds_what_it_made_because_ids_derive_from_it(keep: Any, clock: FixedClock) -> None:
    first = keep()
    clock.advance(days=31)
    again = keep(request_id="later")
    assert "Idempotency-Replayed" not in again.headers
    assert again.data["id"] == first.data["id"]
    assert _kept() == 1


def test_a_refusal_is_an_answer_and_is_kept(keep: Any) -> None:
    first = keep(body={"text": "hello", "weight": 4}, request_id="req-1")
    again = keep(body={"text": "hello", "weight": 4}, request_id="req-2")
    assert (first.status, first.code) == (409, "FOLDER_FULL")
    assert again.text == first.text
    assert again.headers["Idempotency-Replayed"] == "true"


def test_our_own_failure_is_not_kept(keep: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(notes, "keep", lambda *_, **__: 1 / 0)
        assert keep().status == 500
    assert keep().status == 201
    assert _kept() == 1
