"""Grant a role from outside the API: the way to a stage's first administrator."""

import argparse
from typing import get_args

from shared.identity import administration
from shared.identity.rules import Role
from shared.identity.schemas import RoleChange
from shared.kernel.clock import system_clock
from shared.kernel.errors import NotFound

BY = "operator"
"""Who the audit trail says it was: whoever holds the stage's credentials; CloudTrail knows more."""


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("grant-role", help="grant a role to an account, in effect within a minute")
    parser.add_argument("--user", required=True, help="usr_…, as GET /v1/auth/me tells it")
    parser.add_argument("--role", required=True, choices=get_args(Role))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> str:
    """Grant the role and say what the account now holds.

    Raises:
        LookupError: there is no such account.
    """
    change = RoleChange(role=arguments.role, granted=True)
    try:
        account = administration.change_role(arguments.user, change, by=BY, now=system_clock().now())
    except NotFound:
        raise LookupError(f"there is no account {arguments.user}") from None
    return f"{account.id} holds {', '.join(account.roles)}"
