"""Processes that each run one request at a time, as Lambda's copies of a function do.

Threads will not do for endpoints: Powertools keeps the request being handled in a class attribute.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from typing import Any

from shared.kernel.storage.client import dynamodb
from tests import engine

COPIES = 8


@contextmanager
def copies(
    prepare: Callable[..., None] | None = None, *arguments: Any, count: int = COPIES
) -> Iterator[ProcessPoolExecutor]:
    """Run copies with the environment of now; ``prepare`` runs once in each, on clients of its own.

    All are ready before the first takes a job, so that they really meet.
    """
    forked = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(count, forked, _begin, (forked.Barrier(count), prepare, *arguments)) as pool:
        yield pool


def _begin(ready: Barrier, prepare: Callable[..., None] | None, *arguments: Any) -> None:
    engine.forget()
    if prepare:
        prepare(*arguments)
    dynamodb().list_tables(Limit=1)
    ready.wait()


def at_once(pool: ProcessPoolExecutor, work: Callable[[Any], Any], jobs: Sequence[Any]) -> list[Any]:
    """Give out jobs one by one to whichever copy is free and return what they made, in the jobs' order."""
    return [future.result() for future in [pool.submit(work, job) for job in jobs]]
