"""``make demo``: the journey against the running stack, told step by step, up to the first that does not hold."""

import os
import sys

from infra.local.journeys.paid_minute import PaidMinute
from infra.local.journeys.steps import StepFailed
from infra.local.settings import LocalSettings
from infra.local.stack import load


def main() -> int:
    """Play the journey and return the exit code."""
    stack = load(LocalSettings.load(os.environ))
    number = 0

    def say(text: str) -> None:
        nonlocal number
        number += not text.startswith(" ")
        print(f"{'   ' if text.startswith(' ') else f'{number:2}.'} {text.strip()}", flush=True)

    try:
        PaidMinute(stack, say).play()
    except (StepFailed, TimeoutError) as failure:
        print(f"\nThis step does not hold: {failure}\n`make logs` shows what the functions said.", file=sys.stderr)
        return 1
    print("\nEvery step held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
