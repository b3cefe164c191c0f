"""Channels: the ways out (D-05)."""

from enum import StrEnum


class Channel(StrEnum):
    """A way to reach somebody."""

    SMS = "SMS"
    VOICE = "VOICE"
    WHATSAPP = "WHATSAPP"
    EMAIL = "EMAIL"
    IN_APP = "IN_APP"


PHONE = frozenset({Channel.SMS, Channel.VOICE, Channel.WHATSAPP})
"""Channels that need a phone number."""

OUTSIDE = PHONE | {Channel.EMAIL}
"""Channels that leave the system."""
