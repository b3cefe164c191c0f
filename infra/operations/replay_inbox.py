"""Have events of a provider's inbox worked again, one or a range, after an outage or a mistake (X-W-26)."""

import argparse
from datetime import UTC, datetime

from shared.kernel.clock import system_clock
from shared.payments import stripe_events


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "replay-inbox", help="work events of Stripe again; harmless for those that were worked"
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--event", help="one event, evt_…")
    which.add_argument("--since", type=_instant, help="every event that came from then on, e.g. 2026-03-01T09:30:00Z")
    parser.add_argument("--until", type=_instant, help="with --since: the last instant; the present one unless told")
    parser.set_defaults(run=run)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def run(arguments: argparse.Namespace) -> str:
    """Announce the events again and say how many they were.

    Raises:
        LookupError: the event is not in the inbox.
    """
    now = system_clock().now()
    if arguments.event:
        events = [arguments.event]
    else:
        events = list(stripe_events.received_between(arguments.since, arguments.until or now))
    return f"{stripe_events.replay(events, now=now)} events are being worked again"
