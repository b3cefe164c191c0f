"""What is stored of conversations: which questions wait for somebody's answer."""

from typing import Literal

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, Item
from shared.messaging.items import DOMAIN


class Conversation(Item):
    """A matter on which an address may answer: the latest message of its kind to one recipient (X-A-27).

    | key | value | access |
    |---|---|---|
    | pk | ``ADDRESS#<hash>`` | routing of a reply: all matters of an address, one query |
    | sk | ``OPEN#<kind>#<recipient>`` | a later message of the kind takes the place of the one before |

    ``kind``: CONSENT (YES or NO), ASK (1, 2 or 3) or NOTICE (nothing but own words). ``label`` is the name that tells
    the matter from others, of the user whose matter it is. ``answer`` is the latest one. ``clarified`` and
    ``explained``: unclear words were asked after, and a question was answered, which each happens once for a message.
    """

    domain = DOMAIN

    kind = UnicodeAttribute()
    recipient_id = UnicodeAttribute()
    message_id = UnicodeAttribute()
    about = UnicodeAttribute()
    subject_id = UnicodeAttribute(null=True)
    label = UnicodeAttribute()
    sent_at = InstantAttribute()
    answer = UnicodeAttribute(null=True)
    clarified = BooleanAttribute(null=True)
    explained = BooleanAttribute(null=True)
    expires_at = ExpiryAttribute()


class Question(Item):
    """That we asked back whom an answer was about; the next number picks one of ``choices`` (recipients).

    | key | value | access |
    |---|---|---|
    | pk | ``ADDRESS#<hash>`` | with the open matters: one query |
    | sk | ``OPEN?`` | |
    """

    domain = DOMAIN
    SK = "OPEN?"

    answer = UnicodeAttribute()
    kind = UnicodeAttribute()
    choices = ListAttribute(of=UnicodeAttribute)
    asked_at = InstantAttribute()
    expires_at = ExpiryAttribute()


Kind = Literal["CONSENT", "ASK", "NOTICE"]
