"""Sweeps: nothing that is due waits for ever behind something else."""

from datetime import timedelta

from shared.kernel import due
from shared.kernel.storage.writes import Put, commit
from tests.clock import START


class Deadline(due.DueIndexed):
    """Something due, in a table that has the index."""

    domain = "live"


def test_every_shard_comes_first_in_its_minute_so_that_a_sweep_that_dies_starves_none(aws: None) -> None:
    shards: dict[str, str] = {}
    for number in range(100):
        shards.setdefault(due.due_shard("deed", f"DEED#{number}"), f"DEED#{number}")
    for shard, pk in shards.items():
        commit(Put(Deadline(pk=pk, sk="DEED", due_shard=shard, due_at=START)))
    minutes = [START + timedelta(minutes=number, milliseconds=number) for number in range(due.SHARDS)]
    swept = [[pk for pk, _, _ in due.due_before(Deadline, "deed", minute)] for minute in minutes]
    assert {pks[0] for pks in swept} == set(shards.values())
    assert all(set(pks) == set(shards.values()) for pks in swept)
