"""What a judged message says on the way that it would go."""

from datetime import datetime

from shared.kernel.categories import Channel
from shared.messaging.outgoing import Words
from shared.messaging.sending.gate import ChannelOption
from shared.messaging.sending.send_context import SendContext
from shared.messaging.templates import rendering, variables


class WindowClosed(Exception):
    """WhatsApp takes own words only within 24 hours of the person's (X-A-28)."""


def render_message(known: SendContext, way: ChannelOption, *, now: datetime) -> Words:
    """Return a message's words for one channel.

    Raises:
        NoWords: it cannot be put into words.
        WindowClosed: these may not be said on WhatsApp now.
    """
    message = known.message
    said = rendering.render(
        message.template,
        known.recipient.locale if known.recipient else "en",
        way.channel,
        variables.given(message.variables) | {"texted": "yes" if message.companion_of else ""},
        first_text=way.channel is Channel.SMS and not known.texted,
        now=now,
    )
    if way.channel is Channel.WHATSAPP and not way.conversation and said.content_sid is None:
        raise WindowClosed
    return said
