"""Run one operator's command on one stage."""

import argparse
import os
import sys

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.settings import LocalSettings
from infra.operations import (
    backfill,
    grant_role,
    replay_dead_letters,
    replay_inbox,
    rotate_token_key,
    store_secrets,
    tell_mail_records,
)

COMMANDS = (
    backfill,
    grant_role,
    replay_dead_letters,
    replay_inbox,
    rotate_token_key,
    store_secrets,
    tell_mail_records,
)


def main() -> None:
    """Read the command line and run the command; it prints what it did.

    Raises:
        SystemExit: the command line is wrong, the command found nothing to do it to, or AWS refused it.
    """
    parser = argparse.ArgumentParser(prog="python -m infra.operations", description="Commands for operators.")
    parser.add_argument("--stage", default=os.environ.get("WELLSPRING_STAGE", "local"), help="which deployment")
    commands = parser.add_subparsers(required=True)
    for module in COMMANDS:
        module.add_to(commands)
    arguments = parser.parse_args()
    if arguments.stage == "local":
        os.environ |= LocalSettings.load(os.environ).client_environment()
    os.environ["WELLSPRING_STAGE"] = arguments.stage
    try:
        sys.stdout.write(f"{arguments.run(arguments)}\n")
    except (LookupError, ValueError) as problem:
        parser.exit(1, f"{problem.args[0]}\n")
    except (BotoCoreError, ClientError) as problem:
        parser.exit(1, f"AWS did not take it: {problem}\n")


if __name__ == "__main__":
    main()
