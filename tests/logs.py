"""What functions write to their log."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from shared.kernel import telemetry

Lines = Callable[[], list[dict[str, Any]]]


@contextmanager
def heard(level: str = "INFO") -> Iterator[Lines]:
    """Provide the lines that were logged since they were asked for before."""
    logger, written = telemetry.logger(), io.StringIO()

    def lines() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in written.getvalue().splitlines()]
        written.seek(0)
        written.truncate()
        return found

    before = logger.level
    logger.setLevel(level)
    logger.registered_handler.setStream(written)
    try:
        yield lines
    finally:
        logger.registered_handler.setStream(sys.stdout)
        logger.setLevel(before)
