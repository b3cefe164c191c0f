"""Accounts, sign-ins, roles, keys. These names are what other domains may use."""

from shared.identity import access, events
from shared.identity.names import display_names

__all__ = ["access", "display_names", "events"]
