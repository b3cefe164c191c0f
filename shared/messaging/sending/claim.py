"""The claim: the transaction before every send. Whoever commits it may send, once, and nobody else (X-A-35).

It repeats as conditions what the decision stood on and may have changed since: the message itself, its topics,
its user, suppressions, consent, the recipient, the counters. So whatever commits first, a STOP, a log or the claim,
wins.
"""

from datetime import datetime, timedelta
from typing import Any

from pynamodb.expressions.condition import Condition

from shared.kernel.categories import Channel
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.writes import Check, Put, Write, transact
from shared.messaging.items import Consent, RecipientItem, Suppression, address_pks, consent_sk, suppression_sk
from shared.messaging.message_items import Attempt, Message, attempt_sk
from shared.messaging.outgoing import Words
from shared.messaging.sending import counters, progress
from shared.messaging.sending.gate import ChannelOption
from shared.messaging.sending.requests import MessageRequest, request, still_open
from shared.messaging.sending.send_context import SendContext, subject_key
from shared.messaging.templates import variables

UNKNOWN_AFTER = timedelta(minutes=2)
"""After which a claim without an outcome is nobody's any more: longer than any function that sends may run."""

Claimed = tuple[Message, Attempt]


def claim(known: SendContext, way: ChannelOption, words: Words, *, now: datetime) -> Claimed:
    """Claim the next attempt at a message; return both as they stand then.

    Raises:
        VersionConflict: something that the decision stood on changed; nothing was claimed.
        Unavailable: it may or may not be claimed; who looks after two minutes asks the provider.
    """
    attempt = _attempt(known, way, words, now)
    fields = _claimed(known, way, attempt, now)
    writes: list[Write] = [
        progress.changed(known.message, *(getattr(Message, name).set(value) for name, value in fields.items())),
        *(still_open(str(topic), error=VersionConflict) for topic in dict.fromkeys(known.message.topics or ())),
        *_not_suspended(known.message),
        *_not_suppressed(known, way),
        *_consented(known, way),
        *_recipient_as_read(known),
        *counters.counted(known.message, known.counters, now),
        Put(attempt, condition=Attempt.pk.does_not_exist(), error=VersionConflict),
    ]
    if way.channel is Channel.SMS:
        writes += _voicemail(known, way, now)
    transact(writes)
    message: Message = Message.load(known.message.dump())
    for name, value in fields.items():
        setattr(message, name, value)
    message.version += 1
    return message, attempt


def _attempt(known: SendContext, way: ChannelOption, words: Words, now: datetime) -> Attempt:
    message = known.message
    number = message.attempt + 1
    return Attempt(
        pk=message.pk,
        sk=attempt_sk(number),
        message_id=message.message_id,
        attempt=number,
        channel=str(way.channel),
        address=way.address,
        state="CLAIMED",
        text=None if known.category.confidential else words.text,
        reference=words.reference or None,
        segments=words.segments,
        first_text=(way.channel is Channel.SMS and not known.texted) or None,
        claimed_at=now,
        expires_at=message.expires_at,
    )


def _claimed(known: SendContext, way: ChannelOption, attempt: Attempt, now: datetime) -> dict[str, Any]:
    """Return what the claim changes of its message."""
    message, channel = known.message, str(way.channel)
    same = message.channel == channel
    fields: dict[str, Any] = {
        "status": "SENDING",
        "channel": channel,
        "attempt": attempt.attempt,
        "retries": (message.retries or 0) if same else 0,
        "due_at": now + UNKNOWN_AFTER,
    }
    if message.channel and not same:
        fields["tried"] = progress.used_up(message)
    if message.status == "SENT":
        fields["unconfirmed"] = True
    if _takes_voicemail(known, way):
        fields["voicemail"] = True
    return fields


def _not_suspended(message: Message) -> list[Check]:
    if message.subject_id is None or message.subject_id == message.recipient_id:
        return []
    model, pk, sk = subject_key(message.subject_id)
    return [Check(model, pk, sk, RecipientItem.suspended.does_not_exist(), VersionConflict)]


def _not_suppressed(known: SendContext, way: ChannelOption) -> list[Check]:
    if way.channel is Channel.IN_APP:
        return []
    free: Condition = Suppression.pk.does_not_exist() | Suppression.lifted_at.exists()
    if known.category.name == "service" and known.message.about:
        free |= (Suppression.reason == "STOP") & (Suppression.source == known.message.about)
    scopes = (suppression_sk(), suppression_sk(known.category.name))
    return [Check(Suppression, pk, sk, free, VersionConflict) for pk in address_pks(str(way.address)) for sk in scopes]


def _consented(known: SendContext, way: ChannelOption) -> list[Check]:
    if known.category.consent is None:
        return []
    given = (Consent.given == True) & Consent.channels.contains(str(way.channel))  # noqa: E712 - an expression
    return [
        Check(
            Consent,
            f"RECIPIENT#{known.message.recipient_id}",
            consent_sk(known.category.consent),
            given,
            VersionConflict,
        )
    ]


def _recipient_as_read(known: SendContext) -> list[Check]:
    recipient = known.recipient
    if recipient is None:
        return []
    return [
        Check(RecipientItem, recipient.pk, recipient.sk, RecipientItem.version == recipient.version, VersionConflict)
    ]


def _takes_voicemail(known: SendContext, way: ChannelOption) -> bool:
    """Tell whether a voice message goes with this text (S-A-32)."""
    message, recipient = known.message, known.recipient
    wanted = recipient is not None and bool(recipient.voicemail) and Channel.VOICE in known.category.channels
    return way.channel is Channel.SMS and wanted and not message.voicemail and message.companion_of is None


def _voicemail(known: SendContext, way: ChannelOption, now: datetime) -> list[Write]:
    if not _takes_voicemail(known, way):
        return []
    message = known.message
    hours = None
    if message.from_minute is not None and message.to_minute is not None:
        hours = (message.from_minute, message.to_minute)
    spoken = MessageRequest(
        key=f"{message.message_id}#voicemail",
        recipient_id=message.recipient_id,
        category=message.category,
        template=message.template,
        variables=variables.kept(message.variables),
        valid=message.valid_until - now,
        topics=tuple(str(topic) for topic in message.topics or ()),
        subject_id=message.subject_id,
        channels=(Channel.VOICE,),
        hours=hours,
        companion_of=message.message_id,
    )
    return request(spoken, now=now)
