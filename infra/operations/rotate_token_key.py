"""Replace the key that signs access tokens (X-P-16): once a quarter, or at once when it may have leaked.

No function may do this: whoever moves the alias decides what the system believes.
"""

import argparse

from shared.identity import keys
from shared.kernel.clock import system_clock


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("rotate-token-key", help="sign access tokens with a new key; nobody is signed out")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> str:  # noqa: ARG001 - every command gets them
    """Replace the key and say which one signs now."""
    return f"{keys.rotate(now=system_clock().now())} signs now; the old key is shown until its tokens have expired"
