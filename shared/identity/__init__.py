"""Accounts, sign-ins, roles, keys. These names are what other domains may use."""

from shared.identity import access, events
from shared.identity.users import Reach, barred, display_names, may, reach, signed_in

__all__ = ["Reach", "access", "barred", "display_names", "events", "may", "reach", "signed_in"]
