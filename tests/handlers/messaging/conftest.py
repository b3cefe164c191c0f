"""People who can be reached, and messages that were sent to them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from shared import messaging
from shared.kernel.categories import Channel
from shared.kernel.storage.writes import Put, transact
from shared.messaging.items import address_hash
from shared.messaging.message_items import Attempt, Message, attempt_sk, message_pk
from shared.messaging.sending import conversations
from tests.clock import START
from tests.texting import ANN

MESSAGE = "msg_" + "0" * 26


@pytest.fixture
def enlist() -> Callable[..., str]:
    """Provide ``enlist("ada", phone=…)``, which puts a recipient into the directory and returns their id."""

    def put(name: str, *, phone: str | None = ANN, email: str | None = None) -> str:
        entry = messaging.Recipient(f"ptn_{name}", name.title(), phone=phone, email=email)
        transact(messaging.enlist(entry))
        return entry.recipient_id

    return put


def sent(
    recipient_id: str,
    *,
    category: str = "partner-ask",
    user: str = "Ada",
    message_id: str = MESSAGE,
    channel: Channel = Channel.SMS,
    to: str = ANN,
    at: datetime = START,
) -> Message:
    """Keep a message as it is once a provider has taken its first attempt, with the matter that awaits an answer."""
    message = Message(
        pk=message_pk(message_id),
        sk=Message.SK,
        message_id=message_id,
        recipient_id=recipient_id,
        category=category,
        template="escalation.day-2",
        variables=f'{{"user_name": "{user}"}}',
        about=f"contact:{user}",
        subject_id=f"usr_{user.lower()}",
        status="SENT",
        channel=str(channel),
        attempt=1,
        version=1,
        requested_at=at,
        sent_at=at,
        valid_until=at,
        expires_at=at.replace(year=2027),
    )
    attempt = Attempt(
        pk=message.pk,
        sk=attempt_sk(1),
        message_id=message_id,
        attempt=1,
        channel=str(channel),
        address=to,
        state="QUEUED",
        claimed_at=at,
        sent_at=at,
        expires_at=at.replace(year=2027),
    )
    transact([Put(message), Put(attempt), *conversations.opened(message, address_hash(to), channel, now=at)])
    return message
