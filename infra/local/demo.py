"""``make demo``: the stories against the running stack, told step by step, up to the first that does not hold.

``python -m infra.local.demo missed-days`` plays one of them.
"""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.journeys.missed_days import MissedDays
from infra.local.journeys.paid_minute import PaidMinute
from infra.local.journeys.steps import Say, StepFailed
from infra.local.settings import LocalSettings
from infra.local.stack import load

STORIES: dict[str, tuple[str, Callable[[Mapping[str, Any], Say], PaidMinute | MissedDays]]] = {
    "paid-minute": ("A paid minute of live stream", PaidMinute),
    # Last: it moves the stack's clock on by two weeks.
    "missed-days": ("Eight missed days, and the people who care", MissedDays),
}


def main(names: list[str]) -> int:
    """Play the stories of these names, or all, and return the exit code."""
    if unknown := set(names) - STORIES.keys():
        print(f"no story {', '.join(sorted(unknown))}: there are {', '.join(STORIES)}", file=sys.stderr)
        return 2
    stack = load(LocalSettings.load(os.environ))
    for name in names or STORIES:
        title, story = STORIES[name]
        print(f"\n{title}\n")
        try:
            story(stack, _teller()).play()
        except (StepFailed, LookupError, TimeoutError) as failure:
            print(f"\nThis step does not hold: {failure}\n`make logs` shows what the functions said.", file=sys.stderr)
            return 1
    print("\nEvery step held.")
    return 0


def _teller() -> Say:
    number = 0

    def say(text: str) -> None:
        nonlocal number
        number += not text.startswith(" ")
        print(f"{'   ' if text.startswith(' ') else f'{number:2}.'} {text.strip()}", flush=True)

    return say


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
