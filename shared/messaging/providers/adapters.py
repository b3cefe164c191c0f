"""Which adapter carries which channel. Each is imported only where it is used: their SDKs are heavy."""

from importlib import import_module
from typing import Protocol

from shared.kernel.categories import Channel
from shared.messaging.outgoing import Outgoing, Taken

_MODULES = {
    Channel.SMS: "twilio",
    Channel.VOICE: "twilio",
    Channel.WHATSAPP: "twilio",
    Channel.EMAIL: "ses",
    Channel.IN_APP: "in_app",
}


class Adapter(Protocol):
    """A way out; ``shared.messaging.outgoing`` tells what it raises."""

    def send(self, outgoing: Outgoing) -> Taken:
        """Send one attempt."""
        ...


class Askable(Adapter, Protocol):
    """A way out that can be asked what it took."""

    def find(self, outgoing: Outgoing) -> Taken | None:
        """Return what was taken of an attempt whose answer never came."""
        ...


def adapter(channel: Channel) -> Adapter:
    """Return the adapter of a channel."""
    module: Adapter = import_module(f"shared.messaging.providers.{_MODULES[channel]}")
    return module


def askable(channel: Channel) -> Askable | None:
    """Return the adapter of a channel whose provider can be asked, ``None`` where it cannot."""
    found = adapter(channel)
    return found if hasattr(found, "find") else None  # type: ignore[return-value]
