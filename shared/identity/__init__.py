"""Accounts, sign-ins, roles, keys. These names are what other domains may use."""

from shared.identity import access, events
from shared.identity.users import display_names, may, signed_in

__all__ = ["access", "display_names", "events", "may", "signed_in"]
