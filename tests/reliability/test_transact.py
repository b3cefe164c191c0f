"""``transact()`` on a wire that fails: exactly once, in order, with the right error."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.kernel.errors import Conflict, Unavailable
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import Check, ConditionFailed, Delete, Put, Update, commit, transact
from tests import faults
from tests.clock import START
from tests.figures import tell
from tests.samples.notes import Folder, Note

SEED = 20260301
WORKERS = 8
DELIVERIES = 800


class Full(Conflict):
    """The folder is full."""


class Taken(Conflict):
    """The note is there."""


def _add(folder: str) -> Update:
    return Update(Folder, folder, "FOLDER", [Folder.added.add(1)])


def _added(folder: str) -> int:
    found = get(Folder, folder, "FOLDER")
    return found.added if found else 0


def _note(name: str) -> Put:
    note = Note(pk="NOTES#f", sk=name, text="hello", kept_at=START)
    return Put(note, condition=Note.pk.does_not_exist(), error=Taken)


@pytest.mark.covers("X-W-35")
@pytest.mark.parametrize(
    "script",
    [
        [faults.THROTTLE],
        [faults.BUSY],
        [faults.CONFLICT],
        [faults.CONFLICT] * 5,
        [faults.SILENT_BEFORE],
        [faults.SILENT_AFTER],
        [faults.DUPLICATE],
        [faults.SILENT_AFTER, faults.THROTTLE, faults.CONFLICT, faults.SILENT_BEFORE, faults.DUPLICATE],
    ],
    ids="+".join,
)
def test_a_transaction_that_meets_faults_takes_effect_once(script: list[str], stage: str) -> None:
    with faults.injected(faults.script(*script)) as wire:
        transact([_note("n"), _add("f")])
    assert wire.seen.total() == len(script)
    assert _added("f") == 1
    assert get(Note, "NOTES#f", "n") is not None


@pytest.mark.parametrize("kind", [faults.THROTTLE, faults.CONFLICT, faults.SILENT_BEFORE])
def test_a_fault_without_end_is_told_as_unavailable_and_leaves_nothing(kind: str, stage: str) -> None:
    with faults.injected(lambda _: kind), pytest.raises(Unavailable):
        transact([_add("f")])
    assert _added("f") == 0


def test_the_answer_of_a_committed_transaction_may_be_lost_for_good(stage: str) -> None:
    with faults.injected(lambda _: faults.SILENT_AFTER), pytest.raises(Unavailable):
        transact([_add("f")])
    assert _added("f") == 1


def test_a_condition_that_fails_is_never_retried(stage: str) -> None:
    transact([_note("n")])
    with faults.injected(faults.script()) as wire, pytest.raises(Taken):
        transact([_note("n"), _add("f")])
    assert wire.calls == {"TransactWriteItems": 1}
    assert _added("f") == 0


def test_the_first_write_that_fails_gives_its_error(stage: str) -> None:
    transact([_note("n"), _add("f")])
    full = Check(Folder, "f", "FOLDER", Folder.added < 1, error=Full)
    with pytest.raises(Full):
        transact([full, _note("n")])
    with pytest.raises(Taken):
        transact([_note("n"), full])


def test_an_error_is_made_from_the_item_as_it_stands(stage: str) -> None:
    transact([_add("f")])

    def told(old: object) -> Exception:
        assert isinstance(old, dict)
        return Full(data=Folder.load(old).added)

    with pytest.raises(Full) as refused:
        transact([_note("n"), Check(Folder, "f", "FOLDER", Folder.added < 1, error=told)])
    assert refused.value.data == 1


def test_a_condition_without_an_error_tells_position_and_item(stage: str) -> None:
    absent = Delete(Folder, "absent", "FOLDER", condition=Folder.pk.exists())
    with pytest.raises(ConditionFailed) as refused:
        transact([_add("f"), absent])
    assert (refused.value.position, refused.value.old) == (1, None)


@pytest.mark.covers("X-W-34")
@pytest.mark.parametrize("size", [0, 101])
def test_a_transaction_has_1_to_100_writes(size: int, stage: str) -> None:
    with pytest.raises(ValueError, match="1 to 100"):
        transact([_add(f"f{number}") for number in range(size)])


@pytest.mark.covers("X-W-34")
def test_a_hundred_writes_commit_together(stage: str) -> None:
    transact([_add(f"f{number}") for number in range(100)])
    assert {_added(f"f{number}") for number in range(100)} == {1}


def _long(number: int, size: int) -> Put:
    return Put(Note(pk="NOTES#long", sk=f"{number:03d}", text="x" * size, kept_at=START))


@pytest.mark.covers("X-W-34")
@pytest.mark.parametrize(("number", "size"), [(10, 390_000), (20, 200_000), (100, 40_000)])
def test_what_fits_into_four_megabytes_commits(number: int, size: int, stage: str) -> None:
    transact([_long(one, size) for one in range(number)])
    assert get(Note, "NOTES#long", f"{number - 1:03d}") is not None


@pytest.mark.covers("X-W-34")
@pytest.mark.parametrize(("number", "size"), [(11, 390_000), (20, 210_000), (100, 42_000)])
def test_more_than_four_megabytes_are_never_sent(number: int, size: int, stage: str) -> None:
    with faults.injected(faults.script()) as wire, pytest.raises(ValueError, match="at most 4194304 bytes"):
        transact([_long(one, size) for one in range(number)])
    assert not wire.calls
    assert get(Note, "NOTES#long", "000") is None


@pytest.mark.parametrize("kind", [faults.THROTTLE, faults.BUSY, faults.SILENT_BEFORE])
def test_one_write_meets_a_fault_and_succeeds(kind: str, stage: str) -> None:
    with faults.injected(faults.script(kind, kind)) as wire:
        commit(_note("n"))
    assert wire.seen == {kind: 2}
    assert get(Note, "NOTES#f", "n") is not None


@pytest.mark.parametrize("kind", [faults.THROTTLE, faults.BUSY, faults.SILENT_BEFORE])
def test_one_write_that_never_gets_through_is_told_as_unavailable(kind: str, stage: str) -> None:
    with faults.injected(lambda _: kind), pytest.raises(Unavailable):
        commit(_note("n"))
    assert get(Note, "NOTES#f", "n") is None


def test_under_random_faults_and_eight_workers_what_is_acknowledged_happened_once(stage: str) -> None:
    operations = [f"n{number // 2}" for number in range(DELIVERIES)]

    def deliver(operation: str) -> str:
        try:
            transact([_note(operation), _add("f")])
        except Taken:
            return "taken"
        except (Unavailable, faults.Crash) as lost:
            wire.revive()
            return type(lost).__name__
        return "done"

    with faults.injected(faults.at_random(SEED, 0.2)) as wire, ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(pool.map(deliver, operations))
    kept = {operation for operation in operations if get(Note, "NOTES#f", operation)}
    tell({"seed": SEED, "faults": dict(wire.seen), "outcomes": {o: outcomes.count(o) for o in sorted(set(outcomes))}})
    assert _added("f") == len(kept)
    assert {name for name, outcome in zip(operations, outcomes, strict=True) if outcome in {"done", "taken"}} <= kept
    assert outcomes.count("done") <= len(kept)
    assert all(wire.seen[kind] >= 10 for kind in faults.KINDS), wire.seen
