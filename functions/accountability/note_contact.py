from shared.accountability.escalation import access, delivery
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.messaging import events


@on_event(*delivery.STATES, touches=access.TAKE_STEPS, settings=["public_url"], timeout=20)
def note_contact(
    event: events.MessageSent
    | events.MessageDelivered
    | events.ChannelFailed
    | events.MessageFailed
    | events.MessageBlocked
    | events.MessageCancelled
    | events.MessageExpired,
    clock: Clock,
) -> None:
    """Note what became of a message to a partner or guide, and what follows from it."""
    delivery.note(event, now=clock.now())
