from shared import messaging
from shared.accountability.team import access, message_events
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.messaging import events


@on_event(
    *message_events.FOLLOWED,
    touches=[
        access.KEEP_TEAM,
        messaging.access.ENLIST,
        messaging.access.REQUEST,
        messaging.access.CHECK_ADDRESS,
        messaging.access.READ_DIRECTORY,
    ],
)
def follow_partner(
    event: events.ReplyReceived
    | events.AddressOptedOut
    | events.AddressOptedIn
    | events.RecipientUnsubscribed
    | events.MessageBlocked
    | events.MessageFailed
    | events.MessageExpired
    | events.MessageCancelled
    | events.MessageSent
    | events.MessageDelivered,
    clock: Clock,
) -> None:
    """Follow what partners answer to an invitation, what becomes of their addresses and of words sent to all."""
    message_events.handle(event, now=clock.now())
