from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.security import derived
from shared.kernel.shells.batch import DueItem
from shared.messaging import access
from shared.messaging.message_items import DUE_KIND, MESSAGE_PREFIX
from shared.messaging.providers import twilio
from shared.messaging.sending import dispatch


@on_due(
    DUE_KIND,
    touches=[access.SEND, access.NOTIFY, access.SEND_MAIL],
    secrets=[derived.SECRET, twilio.SECRET],
    layers=["text", "comms"],
    settings=access.SENDING_SETTINGS,
    callbacks=[twilio.PROVIDER],
    timeout=60,
    alarms=[dispatch.LATE, dispatch.OVER_BUDGET],
)
def work_due_message(item: DueItem, clock: Clock) -> None:
    """Send a message whose time has come, ask what became of one without an outcome, or try its next channel."""
    dispatch.advance(item.pk.removeprefix(MESSAGE_PREFIX), now=clock.now())
