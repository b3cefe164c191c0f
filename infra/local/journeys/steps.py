"""What journeys are told with: steps that are said, and values that must be as they should."""

from collections.abc import Callable
from typing import Any

from infra.local.client import Answer

Say = Callable[[str], None]


class StepFailed(Exception):
    """A step of the journey did not hold."""


def expect(answer: Answer, status: int, code: str | None = None) -> Answer:
    """Return an answer that has the status and, for an error, the code.

    Raises:
        StepFailed: it has not.
    """
    if answer.status != status or (code and answer.code != code):
        raise StepFailed(f"expected {status} {code or ''}, got {answer.status}: {answer.body}")
    return answer


def same(found: Any, expected: Any, what: str) -> None:
    """Hold a value to what it must be.

    Raises:
        StepFailed: it is something else.
    """
    if found != expected:
        raise StepFailed(f"{what}: expected {expected!r}, found {found!r}")
