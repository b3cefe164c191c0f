"""The in-app inbox as a way out: what lies in it has arrived."""

from shared.kernel.errors import Unavailable
from shared.messaging.notifications import inbox
from shared.messaging.outgoing import OutcomeUnknown, Outgoing, Taken


def send(outgoing: Outgoing) -> Taken:
    """Put a message into its reader's inbox; the same message again finds the first.

    The function needs ``touches=[messaging.access.NOTIFY]``.

    Raises:
        OutcomeUnknown: storage did not answer.
    """
    entry = inbox.Entry(
        user_id=outgoing.to,
        message_id=outgoing.message_id,
        category=outgoing.category,
        title=outgoing.words.subject,
        message=outgoing.words.text,
    )
    try:
        return Taken(inbox.keep(entry, now=outgoing.claimed_at), arrived=True)
    except Unavailable as silence:
        raise OutcomeUnknown from silence


def find(outgoing: Outgoing) -> Taken | None:
    """Return what an earlier try of a message put into the inbox, ``None`` where there is nothing."""
    found = inbox.find(outgoing.to, outgoing.message_id)
    return Taken(found, arrived=True) if found else None
