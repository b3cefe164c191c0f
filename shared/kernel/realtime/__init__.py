"""The live hub: tickets, connections, channels with join rules, numbered messages, replay and presence."""

from shared.kernel.realtime.access import PRESENCE, PUBLISH
from shared.kernel.realtime.channels import USER, ChannelKind
from shared.kernel.realtime.messages import LiveMessage
from shared.kernel.realtime.presence import present
from shared.kernel.realtime.publishing import publish
from shared.kernel.realtime.sending import Outcome

__all__ = ["PRESENCE", "PUBLISH", "USER", "ChannelKind", "LiveMessage", "Outcome", "present", "publish"]
