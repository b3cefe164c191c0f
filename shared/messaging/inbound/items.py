"""What messaging stores of answers: which matters wait for one, questions that we asked back, replies for people."""

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, Item
from shared.messaging.items import DOMAIN, REVIEWS


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


class Review(Item):
    """A reply that a person has to judge; its words stay in the inbox.

    ``kind`` is REVOKES where it may take consent back: its address is held until then (X-A-06). It is UNCLEAR where it
    was no clear answer, and neither was what came after we had asked; then ``matter``, ``recipient_id``, ``message_id``
    and ``about`` are those of the conversation.

    | key | value | access |
    |---|---|---|
    | pk | ``REVIEW#<review>`` | read, decide |
    | sk | ``REVIEW`` | |
    | reviews | ``review_status`` OPEN or DECIDED, ``opened_at`` | the queue, oldest first |
    """

    domain = DOMAIN
    SK = "REVIEW"
    index = REVIEWS

    review_id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    address = UnicodeAttribute()
    recipients = ListAttribute(of=UnicodeAttribute)
    kind = UnicodeAttribute(default="REVOKES")
    matter = UnicodeAttribute(null=True)
    recipient_id = UnicodeAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    about = UnicodeAttribute(null=True)
    review_status = UnicodeAttribute()
    opened_at = InstantAttribute()
    decision = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    decided_at = InstantAttribute(null=True)
    note = UnicodeAttribute(null=True)


def review_pk(review_id: str) -> str:
    """Return the partition of a review."""
    return f"REVIEW#{review_id}"
