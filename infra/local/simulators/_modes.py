"""Failure modes: what a simulator was asked to do wrong, and how often it really did."""

import random
from collections import Counter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

API_MODES = ("slow", "unreachable", "timeout", "cut_short", "garbled", "rate_limit", "server_error", "forbidden")
WEBHOOK_MODES = ("webhook_duplicate", "webhook_reorder", "webhook_delay", "webhook_withhold", "webhook_corrupt")


class Mode(BaseModel):
    """One requested failure.

    Attributes:
        times: How often it strikes before it is used up; `None` means until it is changed.
        probability: Chance that it strikes when it could.
        only: Restricts it to calls ("POST /v1/refunds", "RemoveParticipant") or event types that contain this text.
        ms: How long, for `slow` and `webhook_delay`.
        copies: How many extra deliveries, for `webhook_duplicate`.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    times: int | None = Field(default=1, ge=0)
    probability: float = Field(default=1.0, ge=0, le=1)
    only: str = ""
    ms: int = Field(default=200, ge=0)
    copies: int = Field(default=1, ge=1)


class Modes:
    """The active failure modes of one simulator, with a count of what really happened."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._adapter: TypeAdapter[dict[str, Mode]] = TypeAdapter(dict[str, Mode])
        self._names = frozenset(names)
        self.reset()

    def reset(self) -> None:
        """Forget every mode and count; the random draws start anew from a fixed seed."""
        self._active: dict[str, Mode] = {}
        self._random = random.Random(0)
        self.happened: Counter[str] = Counter()

    def change(self, body: bytes) -> None:
        """Set the modes named in a JSON object `{name: {times, probability, only, ms, copies}}`, leaving the others.

        Raises:
            ValueError: A mode is unknown or its description is not valid; nothing has changed.
        """
        changes = self._adapter.validate_json(body)
        if unknown := changes.keys() - self._names:
            raise ValueError(f"unknown modes {sorted(unknown)}; known are {sorted(self._names)}")
        self._active.update(changes)

    def take(self, name: str, subject: str = "") -> Mode | None:
        """Return the mode if it strikes `subject` now, using it up once and counting it."""
        mode = self._active.get(name)
        if mode is None or mode.times == 0 or mode.only not in subject or self._random.random() >= mode.probability:
            return None
        if mode.times is not None:
            mode.times -= 1
        self.happened[name] += 1
        return mode

    def state(self) -> dict[str, Any]:
        """Describe what is asked for (with the times that are left) and what has happened."""
        return {
            "modes": {name: mode.model_dump() for name, mode in self._active.items()},
            "happened": dict(self.happened),
        }
