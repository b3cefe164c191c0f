"""The fault that an eventually consistent read can be: it tells what was before the last write; others never do."""

import pytest

from shared.kernel.storage import reads
from shared.kernel.storage.writes import Delete, Update, commit, transact
from shared.live.items import STREAM_SK, Stream, stream_pk
from tests import bank, faults

KEY = stream_pk("str_1"), STREAM_SK


def titles(*, consistent: bool) -> list[list[str]]:
    """Return what each way of reading finds."""
    one = reads.get(Stream, *KEY, consistent=consistent)
    (many,) = reads.get_many([(Stream, *KEY)], consistent=consistent)
    page = reads.query(Stream, Stream.pk == KEY[0], consistent=consistent).load(Stream)
    return [[stream.title for stream in found if stream] for found in ([one], [many], page)]


def test_a_read_that_need_not_be_consistent_tells_what_was_before_the_last_write(stage: str) -> None:
    bank.put_stream("str_1", 6000)
    with faults.injected(faults.script(), stale=1) as wire:
        assert titles(consistent=False) == [["Sunday strings"]] * 3
        commit(Update(Stream, *KEY, [Stream.title.set("first")]))
        assert titles(consistent=False) == [["Sunday strings"]] * 3
        transact([Update(Stream, *KEY, [Stream.title.set("second")])])
        assert titles(consistent=False) == [["first"]] * 3
        assert titles(consistent=True) == [["second"]] * 3
        commit(Delete(Stream, *KEY))
        assert titles(consistent=False) == [["second"]] * 3
        assert titles(consistent=True) == [[]] * 3
        bank.put_stream("str_1", 6000)
        assert titles(consistent=False) == [[]] * 3
    assert wire.seen == {faults.STALE: 12}
    assert titles(consistent=False) == [["Sunday strings"]] * 3


@pytest.mark.parametrize("kind", [faults.SILENT_AFTER, faults.DUPLICATE])
def test_a_write_whose_answer_was_lost_is_a_write(stage: str, kind: str) -> None:
    bank.put_stream("str_1", 6000)
    with faults.injected(faults.script(kind), stale=1):
        commit(Update(Stream, *KEY, [Stream.title.set("first")]))
        assert titles(consistent=True) == [["first"]] * 3
