"""Every outgoing message: whether it may leave, in which words, what became of it. Other domains use these names."""

from shared.kernel.categories import PHONE, Channel, Purpose
from shared.messaging import access, events, phones
from shared.messaging.categories import ASKS_A_WEEK, MOST_A_WEEK
from shared.messaging.history import evidence
from shared.messaging.history.sent_texts import words_said
from shared.messaging.items import address_hash, address_hashes
from shared.messaging.recipients import consent, directory, suppression
from shared.messaging.recipients.consent import Statement, stated
from shared.messaging.recipients.directory import (
    Consented,
    Recipient,
    Wishes,
    consented_of,
    enlist,
    forget_address,
    recipient_of,
    recipients_of,
)
from shared.messaging.recipients.users import enlist_user, locale_of, set_suspended_write, set_zone_write
from shared.messaging.sending.forecast import Forecast, Outlook
from shared.messaging.sending.requests import (
    AlreadyRequested,
    MessageRequest,
    close_topic,
    message_id,
    reopen_topic,
    request,
    still_open,
    topic_key,
)
from shared.messaging.templates.catalogue import language, languages
from shared.messaging.templates.rendering import NoWords, render
from shared.messaging.templates.schemas import SpokenLocale
from shared.messaging.templates.variables import SecretLink

__all__ = [
    "ASKS_A_WEEK",
    "MOST_A_WEEK",
    "PHONE",
    "AlreadyRequested",
    "Channel",
    "Consented",
    "Forecast",
    "MessageRequest",
    "NoWords",
    "Outlook",
    "Purpose",
    "Recipient",
    "SecretLink",
    "SpokenLocale",
    "Statement",
    "Wishes",
    "access",
    "address_hash",
    "address_hashes",
    "close_topic",
    "consent",
    "consented_of",
    "directory",
    "enlist",
    "enlist_user",
    "events",
    "evidence",
    "forget_address",
    "language",
    "languages",
    "locale_of",
    "message_id",
    "phones",
    "recipient_of",
    "recipients_of",
    "render",
    "reopen_topic",
    "request",
    "set_suspended_write",
    "set_zone_write",
    "stated",
    "still_open",
    "suppression",
    "topic_key",
    "words_said",
]
