"""Accounts of credits: journal, holds, statements, reconciliation. These names are what other domains may use."""

from shared.wallet import access, errors, events
from shared.wallet.journal import (
    Granted,
    Posted,
    Settled,
    deposit,
    extend_hold,
    open_hold,
    read_account,
    settle_hold,
)
from shared.wallet.messages import push_balance
from shared.wallet.rules import LOW_BALANCE, Account, HoldSize, Reference, level
from shared.wallet.schemas import NearestPack

__all__ = [
    "LOW_BALANCE",
    "Account",
    "Granted",
    "HoldSize",
    "NearestPack",
    "Posted",
    "Reference",
    "Settled",
    "access",
    "deposit",
    "errors",
    "events",
    "extend_hold",
    "level",
    "open_hold",
    "push_balance",
    "read_account",
    "settle_hold",
]
