"""Accounts of credits: journal, holds, statements, reconciliation. These names are what other domains may use.

Consumers that tell a wallet's owner what happened import ``shared.wallet.messages`` besides: it brings the live hub, which
nobody who reads a balance or pays for a tick has to wait for.
"""

from shared.wallet import access, errors, events
from shared.wallet.journal import (
    Granted,
    Posted,
    Settled,
    deposit,
    extend_hold,
    find,
    open_hold,
    read_account,
    settle_hold,
)
from shared.wallet.rules import LOW_BALANCE, Account, HoldSize, Reference, level

__all__ = [
    "LOW_BALANCE",
    "Account",
    "Granted",
    "HoldSize",
    "Posted",
    "Reference",
    "Settled",
    "access",
    "deposit",
    "errors",
    "events",
    "extend_hold",
    "find",
    "level",
    "open_hold",
    "read_account",
    "settle_hold",
]
