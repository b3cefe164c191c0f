"""Reads of identity that may be late, and why."""

from tests.reads import SHOWN

MAY_BE_LATE = {
    "shared.identity.users.display_names": SHOWN,
}
