"""Buying credits: price packs, checkouts, the provider's events. These names are what other domains may use."""

from shared.payments import access, errors, events
from shared.payments.prices import nearest

__all__ = ["access", "errors", "events", "nearest"]
