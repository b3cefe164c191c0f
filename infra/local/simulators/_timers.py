"""What is still to happen."""

import asyncio
from collections.abc import Callable


class Timers:
    """Calls that are due a little later, and can be counted and called off. Needs a running event loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.TimerHandle] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def call(self, seconds: float, act: Callable[[], None]) -> None:
        """Call something after that many seconds."""

        def due() -> None:
            self._waiting.remove(timer)
            act()

        timer = asyncio.get_running_loop().call_later(seconds, due)
        self._waiting.add(timer)

    def cancel(self) -> None:
        """Call everything off."""
        for timer in self._waiting:
            timer.cancel()
        self._waiting.clear()
